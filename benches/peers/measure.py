"""errstat, DuckDB and polars over one export, interleaved; `wc -l` is the floor. See `run`.

Every measurement is a process of its own. Of DuckDB and polars only the query counts, from the call to the materialised
result (with the start of Python and what it loads: the column beside); of errstat and wc everything, from the start of
the process to its end, with errstat's analysis and JSON.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time
from importlib.metadata import version

HERE = pathlib.Path(__file__).parent
MIB = 1024


def run(command):
    """Seconds, processor seconds, peak KiB and output of a command. (The peak is at least that of this program, which
    therefore loads nothing.)"""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{command} failed")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss, output


def peer(script, file):
    wall, cpu, peak, output = run([sys.executable, str(HERE / script), file])
    return float(output.split()[0]), wall, cpu, peak


def program(command):
    wall, cpu, peak, _ = run(command)
    return wall, wall, cpu, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errstat", required=True)
    parser.add_argument("--file", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sums", required=True, help="how many sums all have in common")
    parser.add_argument("--table", required=True)
    options = parser.parse_args()
    file = options.file
    summary = [options.errstat, "summary", "--format", "json", "--window", "hour", file]
    ways = {
        "errstat": lambda: program(summary),
        f"DuckDB {version('duckdb')}": lambda: peer("duckdb_sums.py", file),
        f"polars {version('polars')}": lambda: peer("polars_sums.py", file),
        "`wc -l`": lambda: program(["wc", "-l", file]),
    }
    for way in ways.values():
        way()  # The file lies in memory from here on, and the programs too.
    taken = {name: [] for name in ways}
    for done in range(options.rounds):
        for name, way in ways.items():
            taken[name].append(way())
        print(f"round {done + 1} of {options.rounds}", file=sys.stderr)

    def told(name):
        walls, processes, cpus, peaks = zip(*taken[name])
        return min(walls), statistics.median(walls), min(processes), min(cpus), max(peaks) / MIB

    own = told("errstat")[0]
    lines = [
        "| | fastest | median | with its start | processor | peak memory | times errstat |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in ways:
        least, median, process, cpu, peak = told(name)
        ratio = f"{least / own:.2f}"
        lines.append(
            f"| {name} | {least:.3f} s | {median:.3f} s | {process:.3f} s | {cpu:.2f} s | {peak:,.0f} MiB | {ratio} |"
        )
    size, rows = os.path.getsize(file), int(pathlib.Path(file).stem) if pathlib.Path(file).stem.isdigit() else None
    what = f"{rows:,} rows, " if rows else ""
    lines += [
        "",
        f"{what}{size / 1e6:,.1f} MB, {os.cpu_count()} cores, {options.rounds} rounds. All gave the same {int(options.sums):,} sums.",
    ]
    table = "\n".join(lines) + "\n"
    pathlib.Path(options.table).write_text(table, encoding="utf-8")
    print(table, end="")


main()
