"""What all packages know of errstat: Cargo.toml's facts, and the platforms that a release is for."""

import dataclasses
import json
import pathlib
import platform
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Platform:
    """A kind of machine; `name` is in the names of archives."""

    name: str
    target: str
    wheel: str
    npm: tuple[str, str]
    # Debian's name of the processor, which nfpm has too; none where there are no Linux packages.
    debian: str | None = None

    @property
    def program(self) -> str:
        return "errstat.exe" if self.npm[0] == "win32" else "errstat"

    @property
    def npm_package(self) -> str:
        return "errstat-" + "-".join(self.npm)

    @property
    def archive(self) -> str:
        return f"errstat-{self.name}" + (".zip" if self.npm[0] == "win32" else ".tar.gz")


# The Linux programs are linked statically, so one wheel is for glibc and for musl.
PLATFORMS = [
    Platform("x86_64-linux", "x86_64-unknown-linux-gnu", "manylinux2014_x86_64.musllinux_1_1_x86_64", ("linux", "x64"), "amd64"),
    Platform("aarch64-linux", "aarch64-unknown-linux-gnu", "manylinux2014_aarch64.musllinux_1_1_aarch64", ("linux", "arm64"), "arm64"),
    Platform("x86_64-darwin", "x86_64-apple-darwin", "macosx_11_0_x86_64", ("darwin", "x64")),
    Platform("aarch64-darwin", "aarch64-apple-darwin", "macosx_11_0_arm64", ("darwin", "arm64")),
    Platform("x86_64-windows", "x86_64-pc-windows-msvc", "win_amd64", ("win32", "x64")),
]


def here() -> Platform:
    """The platform of this machine."""
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}[platform.system()]
    processor = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return named(f"{processor}-{system}")


def named(name: str) -> Platform:
    for one in PLATFORMS:
        if one.name == name:
            return one
    raise SystemExit(f"{name} isn't a platform. The platforms are: {', '.join(one.name for one in PLATFORMS)}")


def metadata(target: str | None = None) -> dict:
    """What cargo knows of errstat and, with a target, of all that is linked into it there."""
    more = ["--filter-platform", target] if target else ["--no-deps"]
    command = ["cargo", "metadata", "--locked", "--format-version", "1", *more]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def package() -> dict:
    """errstat's own entry: version, description, repository, …"""
    (own,) = (package for package in metadata()["packages"] if package["name"] == "errstat")
    return own
