#!/usr/bin/env python3
"""What errstat and DuckDB's sniffer make of the polluted exports of tests/it/polluted.rs: a table in Markdown.

    cargo test --release --test it polluted::every_fault_is_one
    pip install duckdb==2.0.1
    python3 docs/robustness/compare.py target/release/errstat target/tmp/polluted > table.md
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

import duckdb

ROWS, ERRORS = 240, 28920
TIME = re.compile(r"2026-11-16[ T](\d\d):(\d\d):(\d\d)")
PLACES = ["first", "middle", "last"]


def good_rows():
    """Time and count of each row, as tests/it/polluted.rs writes them."""
    for i in range(ROWS):
        yield f"{i * 5 // 60:02}:{i * 5 % 60:02}:{i % 60:02}", i * 7 % ROWS + 1


def minute_and_count(row):
    time, count = list(good_rows())[row]
    return time[:5], count


def errstat(program, path, listed):
    run = subprocess.run([program, "summary", path, "--format", "json"], capture_output=True, text=True)
    if run.returncode:
        return "refuses the file"
    summary = json.loads(run.stdout)
    rejects = summary["rejects"]["examples"]
    if summary["totals"]["errors"] != listed["errors"]:
        return f"**wrong**: {summary['totals']['errors']} errors"
    if not rejects:
        return "exact"
    whys = " and ".join(sorted({reject["why"] for reject in rejects}))
    return ("row skipped: " if listed["rows"] < ROWS else "exact, one line skipped: ") + whys


def duck(path, listed, options):
    try:
        table = duckdb.sql(f"from read_csv('{path}'{options})")
        names, types = [name.lower().strip('"') for name in table.columns], [str(kind) for kind in table.types]
        rows = table.project("columns(*)::varchar").fetchall()
    except duckdb.Error:
        return "error, nothing read"
    if listed["errors"] is None:
        return f"{len(rows)} rows of {len(names)} columns"
    if len(names) == 1:
        return "whole lines in one column"
    at = names.index("count") if "count" in names else min(3, len(names) - 1)
    found, total = set(), 0
    for row in rows:
        time, count = TIME.search(" ".join(map(str, row))), whole(row[at])
        total += count or 0
        if time:
            found.add((":".join(time.groups()), count))
    planted = {"first": 0, "middle": 120, "last": ROWS - 1}.get(listed["place"])
    lost = sum(row not in found for i, row in enumerate(good_rows()) if i != planted)
    if lost and len(rows) < ROWS - 1:
        return f"**keeps {len(rows)} of the {ROWS} rows**"
    if lost:
        return f"**{lost} other rows under wrong columns**"
    said = []
    if types[at] == "VARCHAR" and planted is not None and total == ERRORS - minute_and_count(planted)[1] != listed["errors"]:
        # Nobody sums texts without a word; a cast then stumbles over this one.
        said.append("keeps the row without a number")
    elif total not in (ERRORS, listed["errors"]):
        said.append(f"**sum {total}, not {listed['errors']}**")
    elif listed["errors"] != ERRORS:
        kept = len(rows) >= ROWS
        # A time that was written without its seconds is right to the minute.
        timed = any((time[:5], count) == minute_and_count(planted) for time, count in found)
        read = "reads the row" if timed else "reads the count, not the time"
        said.append(read if total == ERRORS else "keeps the row without a number" if kept else "drops the row")
    text = [name for name, column in (("time", 0), ("count", at)) if types[column] == "VARCHAR"]
    if text and not names[0].startswith("no."):
        said.append(f"{' and '.join(text)} as text")
    if any(name.startswith('"') for name in table.columns):
        said.append("quotes kept in the cells")
    return ", ".join(said) or "exact"


def whole(cell):
    """The number that a cell of the count column gives to a sum."""
    try:
        number = float(str(cell).strip('"'))
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def merged(outcomes):
    """One phrase for the places in the file, or each with its places."""
    if len(set(outcomes.values())) == 1:
        return next(iter(outcomes.values()))
    phrases = {}
    for place, outcome in outcomes.items():
        phrases.setdefault(outcome, []).append(place)
    return "; ".join(f"{', '.join(places)}: {outcome}" for outcome, places in phrases.items())


def main():
    duckdb.sql("set TimeZone = 'UTC'")
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    results = {}
    for listed in json.loads((folder / "list.json").read_text()):
        path = str(folder / listed["file"])
        outcome = [errstat(program, path, listed), duck(path, listed, ""), duck(path, listed, ", ignore_errors=true")]
        if listed["errors"] is None and outcome[0] != "refuses the file":
            outcome[0] = "**read, though it should be refused**"
        cells = results.setdefault((listed["fault"], listed["dialect"]), [{}, {}, {}])
        for cell, said in zip(cells, outcome):
            cell[listed["place"]] = said
    rows = {}
    for (fault, dialect), cells in results.items():
        rows.setdefault((fault, *map(merged, cells)), []).append({"Tabs": "download", "Commas": "copy"}[dialect])
    kinds = [("wrong", "**"), ("nothing", "error,"), ("nothing", "refuses"), ("one column", "one column"), ("text", "as text"), ("fine", "")]
    for name, column in zip(["errstat", "DuckDB", "DuckDB, ignore_errors"], zip(*results.values())):
        tally = collections.Counter(
            next(kind for kind, mark in kinds if mark in said) for places in column for said in places.values()
        )
        print(name, dict(tally), sum(tally.values()), file=sys.stderr)
    print("| fault | in | errstat | DuckDB | DuckDB, `ignore_errors` |\n|---|---|---|---|---|")
    for (fault, *said), dialects in rows.items():
        print(f"| {fault} | {' and '.join(dialects)} | {' | '.join(said)} |")


main()
