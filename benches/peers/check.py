"""Whether errstat and all others find the same errors and rows by hour, reason and detail. See `run`."""

import pathlib
import subprocess
import sys
import tempfile
from collections import Counter

import duckdb
from ways import FAST, TYPED


def sums(path):
    """Errors and rows by hour, reason and detail without the URL behind it, as a peer wrote them."""
    found = Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            hour, reason, detail, errors, rows = line.rstrip("\n").split("\t")
            found[hour, reason, detail.partition(": http")[0], "errors"] += int(errors)
            found[hour, reason, detail.partition(": http")[0], "rows"] += int(rows)
    return found


def errstat_sums(errstat, file, folder):
    """The same from errstat, of which `convert` writes every row that it read."""
    rows = str(folder / "rows.csv")
    subprocess.run([errstat, "convert", "--quiet", "-o", rows, file], check=True, stdout=subprocess.DEVNULL)
    # Its times are UTC, and those of the console are UTC+9.
    query = """
        SELECT strftime(time + INTERVAL 9 HOUR, '%Y-%m-%d %H'), reason, detail, sum(errors), sum(rows)
        FROM read_csv(?, header = true, types = {'time': 'TIMESTAMP', 'detail': 'VARCHAR', 'status': 'VARCHAR'})
        GROUP BY ALL
    """
    found = Counter()
    for hour, reason, detail, errors, count in duckdb.execute(query, [rows]).fetchall():
        found[hour, reason, detail, "errors"], found[hour, reason, detail, "rows"] = int(errors), int(count)
    return found


def main(errstat, file):
    """Prints how many sums all find in a file; ends the program where they differ."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        wanted = errstat_sums(errstat, file, folder)
        for name, way in (FAST | TYPED).items():
            subprocess.run(way(file, str(folder / "sums")), check=True)
            found = sums(folder / "sums")
            different = [key for key in wanted.keys() | found.keys() if wanted[key] != found[key]]
            if different:
                key = min(different)
                sys.exit(f"{name} has {found[key]} and errstat {wanted[key]} for {key}; {len(different)} sums differ")
        print(len(wanted) // 2)


main(*sys.argv[1:])
