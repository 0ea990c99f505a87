#!/usr/bin/env python3
"""Adds to dist/ what needs the packages of all platforms: checksums, and the manifests for Homebrew, Scoop and winget.

    packaging/finish.py [FOLDER] [--tag v0.1.0] [--repository https://…]

Nothing is published: the release workflow puts the files into a release, and the manifests' registries take them from there.
"""

import argparse
import hashlib
import pathlib
import re

import project

TEMPLATES = pathlib.Path(__file__).resolve().parent / "templates"


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def missing(out: pathlib.Path, version: str) -> list[str]:
    """What a release has to have, and the folder does not."""
    wanted = [f"errstat-{version}.tgz"]
    for one in project.PLATFORMS:
        wanted += [one.archive, f"errstat-{version}-py3-none-{one.wheel}.whl", f"{one.npm_package}-{version}.tgz"]
        if one.debian:
            rpm = one.name.split("-")[0]
            wanted += [f"errstat_{version}_{one.debian}.deb", f"errstat-{version}-1.{rpm}.rpm", f"errstat_{version}_{rpm}.apk"]
    return [name for name in wanted if not (out / name).is_file()]


def main() -> None:
    own = project.package()
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path, nargs="?", default=project.ROOT / "dist")
    arguments.add_argument("--tag", default=f"v{own['version']}")
    arguments.add_argument("--repository", default=own["repository"])
    given = arguments.parse_args()
    version = own["version"]
    if given.tag != f"v{version}":
        raise SystemExit(f"The tag {given.tag} isn't that of the version in Cargo.toml, v{version}")
    if lacking := missing(given.out, version):
        raise SystemExit(f"{given.out} lacks {', '.join(lacking)}")

    packages = sorted(path for path in given.out.iterdir() if path.is_file() and path.name.startswith("errstat"))
    sums = {path.name: sha256(path) for path in packages}
    (given.out / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sums), encoding="utf-8")
    archives = [one.archive for one in project.PLATFORMS]
    table = "".join(f"{given.tag} {name} {sums[name]}\n" for name in archives)
    (given.out / "checksums.txt").write_text(table, encoding="utf-8")

    values = {
        "VERSION": version,
        "DESCRIPTION": own["description"],
        "HOMEPAGE": own["homepage"],
        "REPOSITORY": given.repository,
        "FROM": f"{given.repository}/releases/download/{given.tag}",
        **{f"SHA256 {one.name}": sums[one.archive] for one in project.PLATFORMS},
    }
    for template in sorted(TEMPLATES.rglob("*")):
        if template.is_file():
            filled = re.sub(r"\{\{(.+?)\}\}", lambda found: values[found[1]], template.read_text(encoding="utf-8"))
            place = given.out / "manifests" / template.relative_to(TEMPLATES)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(filled, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
