#!/usr/bin/env python3
"""The licences of everything that is linked into errstat, and its bill of materials (CycloneDX).

    packaging/licences.py PLATFORM FOLDER   writes THIRD-PARTY.txt and errstat.cdx.json into the folder
"""

import json
import pathlib
import re
import sys
import urllib.parse

import project

# Files that are licences, wherever in a crate: zstd's is in a folder of its own.
LICENCE = re.compile(r"^(licen[cs]e|copying|notice|copyright|unlicense|ofl)([-_.].*)?$", re.IGNORECASE)
# A crate without the text of its licence has one of these, the first that it offers.
TEXTS = {"Apache-2.0": "LICENSE-APACHE", "MIT": "LICENSE-MIT"}
LINE = "=" * 100


def linked(platform: project.Platform) -> list[dict]:
    """The crates that are part of the program there: no tests, and nothing that only helps to build."""
    data = project.metadata(platform.target)
    packages = {package["id"]: package for package in data["packages"]}
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    found, ahead = set(), [data["resolve"]["root"]]
    while ahead:
        one = ahead.pop()
        if one in found:
            continue
        found.add(one)
        for dependency in nodes[one]["deps"]:
            normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            kinds = {kind for target in packages[dependency["pkg"]]["targets"] for kind in target["kind"]}
            if normal and "proc-macro" not in kinds:
                ahead.append(dependency["pkg"])
    found.discard(data["resolve"]["root"])
    return sorted((packages[one] for one in found), key=lambda package: (package["name"], package["version"]))


def texts(package: dict) -> list[str]:
    """The texts of a crate's licences; of those that it offers MIT alone, which is the shortest."""
    folder = pathlib.Path(package["manifest_path"]).parent
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and LICENCE.match(path.name) and path.suffix != ".rs"]
    if package.get("license_file"):
        files.append(folder / package["license_file"])
    mit = [path for path in files if "mit" in path.name.lower()]
    if mit and re.search(r"\bMIT (OR|/)|(OR |/)MIT\b", package["license"]):
        files = mit
    found = [path.read_text(encoding="utf-8", errors="replace") for path in dict.fromkeys(files)]
    if any(len(text) > 200 for text in found):
        return found
    for name, file in TEXTS.items():
        if re.search(rf"\b{re.escape(name)}\b", package["license"] or ""):
            text = (project.ROOT / file).read_text(encoding="utf-8")
            authors = ", ".join(package["authors"]) or f"The authors of {package['name']}"
            return [*found, text.replace("The errstat contributors", authors)]
    raise SystemExit(f"{package['name']} {package['version']} ({package['license']}) has no text of its licence")


def beside_crates(platform: project.Platform) -> list[tuple[str, list[str]]]:
    """What is in the program and isn't a crate."""
    read = lambda path: pathlib.Path(path).read_text(encoding="utf-8")
    fonts = project.ROOT / "src/chart/fonts"
    own = [
        ("Noto Sans (Apache-2.0, or OFL-1.1)", [read(fonts / "README.md"), read(fonts / "OFL.txt"), read(project.ROOT / "LICENSE-APACHE")]),
        ("The Rust standard library (MIT OR Apache-2.0), The Rust Project contributors", [read(project.ROOT / "LICENSE-APACHE")]),
    ]
    if platform.debian:
        said = (
            "The program is linked statically with the GNU C Library, under the GNU Lesser General Public License, version 2.1 or\n"
            "later. All sources of errstat are public, so you can link it again with another version of that library:\n"
            f"{project.package()['repository']}, packaging/build.py."
        )
        lgpl = pathlib.Path("/usr/share/common-licenses/LGPL-2.1")
        if not lgpl.is_file():
            raise SystemExit(f"{lgpl} is missing: Linux packages are built on Debian or Ubuntu")
        own.append(("The GNU C Library (LGPL-2.1-or-later)", [said, read(lgpl)]))
    return own


def third_party(platform: project.Platform, crates: list[dict]) -> str:
    """All licences, each text once with those that it is for."""
    users: dict[str, tuple[str, list[str]]] = {}
    parts = [(f"{one['name']} {one['version']} ({one['license']})", texts(one)) for one in crates]
    for name, found in [*beside_crates(platform), *parts]:
        for text in found:
            _, names = users.setdefault(" ".join(text.split()), (text.strip(), []))
            if name not in names:
                names.append(name)
    sections = [f"{LINE}\n" + "\n".join(names) + f"\n{LINE}\n\n{text}\n" for text, names in users.values()]
    head = "errstat is under the MIT License or the Apache License 2.0, at your choice. It contains these parts of others.\n"
    return "\n".join([head, *sections])


def bill_of_materials(crates: list[dict]) -> dict:
    """A CycloneDX document."""
    own = project.package()

    def component(package: dict, kind: str) -> dict:
        name, version = package["name"], package["version"]
        url = f"pkg:cargo/{urllib.parse.quote(name)}@{urllib.parse.quote(version)}"
        one = {"type": kind, "bom-ref": url, "name": name, "version": version, "purl": url}
        expression = (package["license"] or "").replace("/", " OR ")
        if expression:
            one["licenses"] = [{"expression": expression}]
        return one

    known = {(one["name"], one["version"]): one for one in checksums()}
    components = []
    for package in crates:
        one = component(package, "library")
        checksum = known.get((package["name"], package["version"]), {}).get("checksum")
        if checksum:
            one["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        components.append(one)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(own, "application")},
        "components": components,
    }


def checksums() -> list[dict]:
    """The packages of Cargo.lock; its tables are lines of `key = "value"`."""
    lock = (project.ROOT / "Cargo.lock").read_text(encoding="utf-8")
    return [dict(re.findall(r'^(\w+) = "(.*)"$', table, re.MULTILINE)) for table in lock.split("[[package]]")[1:]]


def write(platform: project.Platform, folder: pathlib.Path) -> None:
    crates = linked(platform)
    (folder / "THIRD-PARTY.txt").write_text(third_party(platform, crates), encoding="utf-8", newline="\n")
    bill = json.dumps(bill_of_materials(crates), indent=1) + "\n"
    (folder / "errstat.cdx.json").write_text(bill, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    write(project.named(sys.argv[1]), pathlib.Path(sys.argv[2]))
