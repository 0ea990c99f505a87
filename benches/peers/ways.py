"""How other programs find the errors and rows by hour, reason and detail of an export. See `run`.

Each way is a function from a file, and perhaps another one to write the sums to, to a command.
"""

import pathlib
import subprocess
import sys
from importlib.metadata import version

HERE = pathlib.Path(__file__).parent

AWK = r"""awk -F '\t' '
    NR > 1 { key = $1 " " substr($2, 1, 2) "\t" $4 "\t" $5; errors[key] += $6; rows[key]++ }
    END { for (key in rows) print key "\t" errors[key] "\t" rows[key] }' "$1" """
XAN = r"""xan map 'Date ++ " " ++ Start[:2] as hour' "$1" |
    xan groupby hour,Reason,Detail 'sum(Errors) as errors, count() as rows' | xan behead | xan fmt --tabs """


def script(package):
    """A script beside this one."""
    return lambda file, *sums: [sys.executable, str(HERE / f"{package}_sums.py"), file, *sums]


def line(text):
    """A line for a shell, which prints its sums."""
    return lambda file, sums="/dev/null": ["sh", "-c", text + '> "$2"', "sh", file, sums]


# Made to be fast, in the fastest form of the query that was found.
FAST = {f"{name} {version(name.lower())}": script(name.lower()) for name in ("DuckDB", "polars")}
# What somebody would type.
TYPED = {
    f"pandas {version('pandas')}": script("pandas"),
    f"xan {subprocess.check_output(['xan', '--version'], text=True).strip()}": line(XAN),
    "awk": line(AWK),
}
