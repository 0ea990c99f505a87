#!/usr/bin/env python3
"""Installs each package of dist/ in a clean place and asks it about the sample.

    packaging/test.py [FOLDER [TEST…]]     on Linux; as root, since it needs chroot

Needs what packaging/requirements.txt names, Node.js, and Debian's packages debootstrap and rpm.
"""

import functools
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest
import zipfile

import project

DIST = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else project.ROOT / "dist").resolve()
SAMPLE = project.ROOT / "data/webhook-errors.tsv"
PLATFORM = project.here()
VERSION = project.package()["version"]
# Of the sample's worst week; counted with awk: 991 errors, 692 of them 502.
WEEK = ["--period", "2026-W47", "--exported-at", "2026-11-23T09:00"]
# Where a new user has nothing else.
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


def run(*command, code=0, cwd="/", env=None, stdin=None):
    """Runs a command without the variables of this shell; what it prints."""
    command = [str(word) for word in command]
    variables = {**CLEAN, "HOME": tempfile.gettempdir(), **(env or {})}
    done = subprocess.run(command, cwd=cwd, env=variables, input=stdin or b"", capture_output=True)
    if done.returncode != code:
        raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout.decode()


def package(pattern):
    (found,) = DIST.glob(pattern)
    return found


class Place(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="errstat-package-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.began = time.monotonic()

    def answers(self, *program, sample=SAMPLE, **how):
        """The first sentence about a file, and how long it took since the package arrived."""
        said = run(*program, "summary", sample, *WEEK, **how)
        self.assertIn("991 errors", said)
        self.assertRegex(said, r"502 Bad Gateway +692 ")
        print(f"  {self.id().split('.')[-1]}: the first answer after {time.monotonic() - self.began:.1f} s", file=sys.stderr)
        self.assertIn(f"errstat {VERSION}", run(*program, "--version", **how))

    def reports(self, root, *program, **how):
        """The whole report, with pictures."""
        sample = root / "tmp/webhook-errors.tsv"
        sample.parent.mkdir(exist_ok=True)
        shutil.copyfile(SAMPLE, sample)
        run(*program, "report", "/tmp/webhook-errors.tsv", *WEEK, "-o", "/tmp/report/", **how)
        report = root / "tmp/report"
        self.assertIn("991 errors", (report / "report.html").read_text(encoding="utf-8"))
        self.assertEqual((report / "overview.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        self.assertTrue(any((report / "charts").glob("*.png")))
        shutil.rmtree(report)
        sample.unlink()

    def root(self):
        root = self.folder / "root"
        root.mkdir()
        return root


@functools.cache
def debian_11():
    """A folder with a new Debian 11, packed, so that each test has its own."""
    packed = pathlib.Path(tempfile.mkdtemp(prefix="errstat-debian-")) / "debian-11.tar"
    unittest.addModuleCleanup(shutil.rmtree, packed.parent)
    mirror = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["debootstrap", "--variant=minbase", "bullseye", root, mirror], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["tar", "cf", packed, "-C", root, "--exclude=./var/cache/apt/archives/*", "."], check=True)
    return packed


class Archive(Place):
    def unpacked(self, root):
        with tarfile.open(package("errstat-*-linux.tar.gz")) as tar:
            tar.extractall(root, filter="data")
        return f"/errstat-{PLATFORM.name}/errstat"

    def test_archive_where_there_is_nothing_at_all(self):
        root = self.root()
        program = self.unpacked(root)
        shutil.copyfile(SAMPLE, root / "sample.tsv")
        self.answers("/usr/sbin/chroot", root, program, sample="/sample.tsv")
        self.reports(root, "/usr/sbin/chroot", root, program)
        names = {path.name for path in (root / f"errstat-{PLATFORM.name}").rglob("*")}
        self.assertLessEqual({"README.md", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "errstat.cdx.json", "errstat.1"}, names)

    def test_program_needs_no_library(self):
        program = str(self.root()) + self.unpacked(self.folder / "root")
        self.assertNotIn("NEEDED", run("readelf", "-d", program))


class Debian(Place):
    def test_deb_on_debian_11(self):
        debian_11()
        root = self.root()
        run("tar", "xf", debian_11(), "-C", root)
        before = {str(path.relative_to(root)) for path in root.rglob("*")}
        shutil.copy(package("errstat_*.deb"), root / "errstat.deb")
        shutil.copyfile(SAMPLE, root / "sample.tsv")
        chroot = ["/usr/sbin/chroot", root]
        self.began = time.monotonic()
        run(*chroot, "dpkg", "-i", "/errstat.deb")
        self.answers(*chroot, "errstat", sample="/sample.tsv")
        self.reports(root, *chroot, "errstat")
        self.installed(root)
        self.assertIn("_errstat", run(*chroot, "bash", "-c", ". /usr/share/bash-completion/completions/errstat; complete -p errstat"))
        run(*chroot, "dpkg", "--purge", "errstat")
        (root / "errstat.deb").unlink()
        (root / "sample.tsv").unlink()
        after = {str(path.relative_to(root)) for path in root.rglob("*")}
        left = [path for path in after - before if not path.startswith("var/lib/dpkg/")]
        self.assertEqual(left, [])

    def installed(self, root):
        for name in [
            "usr/share/man/man1/errstat.1.gz",
            "usr/share/bash-completion/completions/errstat",
            "usr/share/zsh/site-functions/_errstat",
            "usr/share/fish/vendor_completions.d/errstat.fish",
            "usr/share/doc/errstat/copyright",
            "usr/share/doc/errstat/LICENSE-APACHE",
            "usr/share/doc/errstat/THIRD-PARTY.txt",
            "usr/share/doc/errstat/errstat.cdx.json",
        ]:
            self.assertTrue((root / name).is_file(), name)

    def test_rpm_in_a_root_of_its_own(self):
        root = self.root()
        rpm = package("errstat-*.rpm")
        needed = run("rpm", "-qp", "--requires", rpm).splitlines()
        self.assertEqual([one for one in needed if not one.startswith("rpmlib(")], [])
        run("rpm", "--root", root, "--initdb")
        run("rpm", "--root", root, "--install", rpm)
        shutil.copyfile(SAMPLE, root / "sample.tsv")
        self.answers("/usr/sbin/chroot", root, "/usr/bin/errstat", sample="/sample.tsv")
        self.reports(root, "/usr/sbin/chroot", root, "/usr/bin/errstat")
        self.installed(root)
        run("rpm", "--root", root, "--erase", "errstat")
        self.assertFalse((root / "usr/bin/errstat").exists())

    def test_apk_has_the_same(self):
        root = self.root()
        # Three gzip streams, one behind the other: signature (none), control, data.
        run("tar", "xzf", package("errstat_*.apk"), "-C", root, "--ignore-zeros", "--warning=no-unknown-keyword")
        about = (root / ".PKGINFO").read_text(encoding="utf-8")
        self.assertIn("pkgname = errstat\n", about)
        self.assertIn(f"arch = {PLATFORM.name.split('-')[0]}\n", about)
        self.assertNotIn("depend =", about)
        shutil.copyfile(SAMPLE, root / "sample.tsv")
        self.answers("/usr/sbin/chroot", root, "/usr/bin/errstat", sample="/sample.tsv")
        self.installed(root)


class Python(Place):
    def test_wheel_by_pip(self):
        run(sys.executable, "-m", "venv", self.folder / "venv")
        self.began = time.monotonic()
        pip = [self.folder / "venv/bin/python", "-m", "pip", "--disable-pip-version-check"]
        run(*pip, "install", "--quiet", "--no-index", "--find-links", DIST, "errstat")
        self.answers(self.folder / "venv/bin/errstat")
        shown = run(*pip, "show", "--files", "errstat")
        for name in ["LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "errstat.cdx.json"]:
            self.assertIn(name, shown)
        run(*pip, "uninstall", "--quiet", "--yes", "errstat")
        self.assertFalse((self.folder / "venv/bin/errstat").exists())

    def test_wheel_by_uvx(self):
        uvx = pathlib.Path(sys.executable).parent / "uvx"
        how = {"UV_CACHE_DIR": str(self.folder / "cache"), "UV_TOOL_DIR": str(self.folder / "tools"), "UV_PYTHON_DOWNLOADS": "never"}
        self.answers(uvx, "--no-config", "--python", sys.executable, "--no-index", "--find-links", DIST, "errstat", env=how)

    def test_wheel_keeps_what_its_tags_promise(self):
        wheel = package("errstat-*.whl")
        shown = run(sys.executable, "-m", "auditwheel", "show", wheel)
        self.assertRegex(" ".join(shown.split()), r'consistent with the following platform tag: "(manylinux_2_\d+|linux)_')
        with zipfile.ZipFile(wheel) as packed:
            (record,) = [name for name in packed.namelist() if name.endswith("/RECORD")]
            listed = [line.split(",")[0] for line in packed.read(record).decode().splitlines()]
            self.assertEqual(sorted(listed), sorted(packed.namelist()))


class Registry(http.server.BaseHTTPRequestHandler):
    """What npm asks a registry, about the packages of dist/; it knows no other."""

    def do_GET(self):
        path = DIST / pathlib.PurePosixPath(self.path).name
        if path.suffix == ".tgz" and path.is_file():
            return self.say(path.read_bytes(), "application/octet-stream")
        found = DIST / f"{self.path.strip('/')}-{VERSION}.tgz"
        if not found.is_file():
            return self.send_error(404)
        with tarfile.open(found) as tar:
            about = json.load(tar.extractfile("package/package.json"))
        sha = hashlib.sha1(found.read_bytes()).hexdigest()
        about["dist"] = {"shasum": sha, "tarball": f"http://{self.headers['Host']}/-/{found.name}"}
        whole = {"name": about["name"], "dist-tags": {"latest": VERSION}, "versions": {VERSION: about}}
        self.say(json.dumps(whole).encode(), "application/json")

    def say(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Node(Place):
    def setUp(self):
        super().setUp()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        node = pathlib.Path(shutil.which("node")).resolve().parent
        self.env = {
            "PATH": f"{node}:{pathlib.Path(shutil.which('npm')).parent}:{CLEAN['PATH']}",
            "HOME": str(self.folder),
            "npm_config_registry": f"http://127.0.0.1:{server.server_port}/",
            "npm_config_cache": str(self.folder / "cache"),
            "npm_config_update_notifier": "false",
        }

    def test_npx(self):
        self.answers("npx", "--yes", "errstat", cwd=self.folder, env=self.env)

    def test_npm_install(self):
        how = {"cwd": self.folder, "env": self.env}
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "errstat", **how)
        program = self.folder / "node_modules/.bin/errstat"
        self.answers(program, **how)
        others = [path.name for path in (self.folder / "node_modules").iterdir() if path.name.startswith("errstat-")]
        self.assertEqual(others, [PLATFORM.npm_package])
        # Exit codes, and both ends of a pipe.
        rules = self.folder / "errstat.toml"
        rules.write_text('[check]\nperiod = "2026-W47"\nmax_errors = 990\n', encoding="utf-8")
        check = [program, "check", SAMPLE, "--exported-at", "2026-11-23T09:00"]
        run(*check, code=1, **how)
        rules.write_text('[check]\nperiod = "2026-W47"\nmax_errors = 991\n', encoding="utf-8")
        run(*check, code=0, **how)
        run(program, "check", "missing.tsv", code=2, **how)
        self.assertIn("991 errors", run(program, "summary", "-", *WEEK, stdin=SAMPLE.read_bytes(), **how))
        shown = run("bash", "-o", "pipefail", "-c", '"$0" explain | head -n 1', program, **how)
        self.assertEqual(len(shown.splitlines()), 1)
        # A signal to it ends the program, and both.
        waiting = subprocess.Popen([program, "summary", "-"], stdin=subprocess.PIPE, **how)
        time.sleep(1)
        waiting.terminate()
        self.assertEqual(waiting.wait(10), -15)
        waiting.stdin.close()
        # What it costs.
        real = self.folder / f"node_modules/{PLATFORM.npm_package}/errstat"

        def fastest(one):
            times = []
            for _ in range(10):
                began = time.monotonic()
                run(one, "--version", **how)
                times.append(time.monotonic() - began)
            return min(times) * 1000

        print(f"  npm's errstat takes {fastest(program) - fastest(real):.0f} ms more than the program", file=sys.stderr)

    def test_npm_without_the_package_of_the_platform(self):
        how = {"cwd": self.folder, "env": self.env}
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--omit=optional", "errstat", **how)
        run(self.folder / "node_modules/.bin/errstat", "--version", code=2, **how)


class Container(Place):
    def test_every_file_of_the_images_is_there(self):
        context = DIST / "container"
        for dockerfile in context.glob("*Dockerfile"):
            text = dockerfile.read_text(encoding="utf-8")
            copies = re.findall(r"^COPY (.+) (\S+)$", text, re.MULTILINE)
            self.assertGreaterEqual(len(copies), 3, dockerfile.name)
            for sources, _ in copies:
                for source in sources.split():
                    self.assertTrue((context / source.replace("${TARGETARCH}", PLATFORM.debian)).is_file(), source)

    def test_the_image_on_scratch_runs_for_nobody(self):
        root = self.root()
        context = DIST / "container"
        text = (context / "Dockerfile").read_text(encoding="utf-8")
        for sources, target in re.findall(r"^COPY (.+) (\S+)$", text, re.MULTILINE):
            for source in sources.split():
                source = context / source.replace("${TARGETARCH}", PLATFORM.debian)
                place = root / target.strip("/")
                if target.endswith("/"):
                    place.mkdir(parents=True, exist_ok=True)
                    place /= source.name
                shutil.copy2(source, place)
        (user,) = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
        (program,) = re.findall(r'^ENTRYPOINT \["(.+)"\]$', text, re.MULTILINE)
        (root / "work").mkdir()
        shutil.copyfile(SAMPLE, root / "work/sample.tsv")
        root.chmod(0o755)
        self.folder.chmod(0o755)
        self.answers("/usr/sbin/chroot", f"--userspec={user}", root, program, sample="/work/sample.tsv")


class Release(Place):
    """packaging/finish.py, with this machine's packages in the place of the others."""

    def setUp(self):
        super().setUp()
        self.out = self.folder / "dist"
        self.out.mkdir()

    def finish(self, *more, code=0):
        env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
        return run(sys.executable, project.ROOT / "packaging/finish.py", self.out, *more, code=code, env=env)

    def test_manifests_and_checksums(self):
        for name in self.lacking():
            (self.out / name).write_text(name, encoding="utf-8")
        self.finish("--repository", "https://example.com/errstat")
        sums = dict(reversed(line.split("  ")) for line in (self.out / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
        zip_sum = hashlib.sha256(b"errstat-x86_64-windows.zip").hexdigest()
        self.assertEqual(sums["errstat-x86_64-windows.zip"], zip_sum)
        table = (self.out / "checksums.txt").read_text(encoding="utf-8")
        self.assertIn(f"v{VERSION} errstat-x86_64-windows.zip {zip_sum}\n", table)
        self.assertEqual(len(table.splitlines()), 5)
        manifests = {path.name: path.read_text(encoding="utf-8") for path in (self.out / "manifests").rglob("*") if path.is_file()}
        self.assertEqual(len(manifests), 5)
        self.assertFalse([name for name, text in manifests.items() if "{{" in text or "OWNER" in text.replace("https://github.com/OWNER", "")])
        scoop = json.loads(manifests["errstat.json"])["architecture"]["64bit"]
        self.assertEqual(scoop["hash"], zip_sum)
        self.assertEqual(scoop["url"], f"https://example.com/errstat/releases/download/v{VERSION}/errstat-x86_64-windows.zip")
        self.assertIn(f"InstallerSha256: \"{zip_sum}\"", manifests["Errstat.Errstat.installer.yaml"])
        # What the formula installs is in the archive.
        with tarfile.open(package("errstat-*-linux.tar.gz")) as tar:
            names = {name.split("/", 1)[1] for name in tar.getnames()}
        formula = manifests["errstat.rb"]
        installed = {word for line in re.findall(r"\.install (.+)", formula) for word in re.findall(r'"([^"]+)"(?:,|$| =>)', line)}
        self.assertEqual(len(installed), 7)
        self.assertLessEqual(installed, names)
        self.assertEqual(sorted(re.findall(r'sha256 "(\w{64})"', formula)), sorted(sums[name] for name in sums if name.endswith(("linux.tar.gz", "darwin.tar.gz"))))

    def test_a_release_lacks_nothing(self):
        self.assertEqual(len(self.lacking()), 22)
        self.finish(code=1)
        self.finish("--tag", "v9.9.9", code=1)

    def lacking(self):
        import finish

        return finish.missing(self.out, VERSION)

    def test_binstall_finds_the_archives(self):
        """Fills the templates as cargo-binstall does."""
        about = project.package()["metadata"]["binstall"]
        for one in project.PLATFORMS:
            processor, _, system = one.target.split("-")[:3]
            fill = {"repo": "REPO", "version": VERSION, "target-arch": processor, "target-family": system, "bin": "errstat"}
            fmt = about.get("overrides", {}).get(one.target, {}).get("pkg-fmt", about["pkg-fmt"])
            fill["archive-suffix"] = {"tgz": ".tar.gz", "zip": ".zip"}[fmt]
            fill["binary-ext"] = ".exe" if fmt == "zip" else ""
            url, program = (re.sub(r"\{ (.+?) \}", lambda found: fill[found[1]], about[key]) for key in ["pkg-url", "bin-dir"])
            self.assertEqual(url, f"REPO/releases/download/v{VERSION}/{one.archive}")
            self.assertEqual(program, f"errstat-{one.name}/{one.program}")


class Papers(Place):
    def test_bill_of_materials_is_valid(self):
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        with tarfile.open(package("errstat-*-linux.tar.gz")) as tar:
            bill = tar.extractfile(f"errstat-{PLATFORM.name}/errstat.cdx.json").read().decode()
            licences = tar.extractfile(f"errstat-{PLATFORM.name}/THIRD-PARTY.txt").read().decode()
        self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_5).validate_str(bill))
        components = json.loads(bill)["components"]
        names = {f"{one['name']} {one['version']} " for one in components}
        # By hand: these are linked, and this only tests.
        self.assertTrue(all(any(name.startswith(linked) for name in names) for linked in ["polars-core ", "resvg ", "zstd-sys "]))
        self.assertFalse(any(name.startswith(("criterion ", "proptest ", "serde_derive ")) for name in names))
        missing = [name for name in names if name not in licences]
        self.assertEqual(missing, [])
        for text in ["SIL OPEN FONT LICENSE", "GNU LESSER GENERAL PUBLIC LICENSE", "Apache License"]:
            self.assertIn(text, licences)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "--verbose", *sys.argv[2:]])
