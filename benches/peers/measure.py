"""errstat beside other programs over some exports, interleaved; `wc -l` is the floor. See `run`.

Every measurement is a whole process, from its start to its end, with errstat's analysis and JSON. Before, all must find the
same sums (`check.py`). What takes tens of times as long as errstat runs in the first round only.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

from ways import FAST, HERE, TYPED

MIB = 1024


def run(command):
    """Seconds, processor seconds and peak KiB of a command. (The peak is at least that of this program, which
    therefore loads nothing.)"""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command} failed")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss


def table(file, taken, agreed):
    least = {name: min(walls) for name, (walls, _, _) in taken.items()}
    lines = [
        "| | fastest | median | processor | peak memory | times errstat |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, (walls, cpus, peaks) in taken.items():
        seconds = f"{least[name]:.3f} s | {statistics.median(walls):.3f} s | {min(cpus):.2f} s"
        lines.append(f"| {name} | {seconds} | {max(peaks) / MIB:,.0f} MiB | {least[name] / least['errstat']:.2f} |")
    rows, days = pathlib.Path(file).stem.split("-")
    size = os.path.getsize(file) / 1e6
    return "\n".join([f"{int(rows):,} rows over {days} days, {size:,.1f} MB, {agreed:,} sums:", "", *lines, ""])


def main(errstat, rounds, out, *files):
    ways = {"errstat": lambda file: [errstat, "summary", "--format", "json", "--window", "hour", file]}
    ways |= FAST | {"`wc -l`": lambda file: ["wc", "-l", file]} | TYPED
    # The files lie in memory from here on, and the programs too.
    check = [sys.executable, str(HERE / "check.py"), errstat]
    agreed = {file: int(subprocess.check_output([*check, file])) for file in files}
    taken = {file: {name: [] for name in ways} for file in files}
    for done in range(int(rounds)):
        for file in files:
            for name, way in ways.items():
                if done == 0 or name not in TYPED:
                    taken[file][name].append(run(way(file)))
        print(f"round {done + 1} of {rounds}", file=sys.stderr)
    columns = {file: {name: tuple(zip(*runs)) for name, runs in of.items()} for file, of in taken.items()}
    tables = "\n".join(table(file, columns[file], agreed[file]) for file in files)
    pathlib.Path(out).write_text(tables, encoding="utf-8")
    print(tables, end="")


main(*sys.argv[1:])
