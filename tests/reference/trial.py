"""What all references do: `SCRIPT ERRSTAT FIRST COUNT` tries so many random scenarios, from a number on."""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def main(tried, fixed=()):
    """`tried` gets a program and the name or number of a scenario, and gives what is wrong. Ends the script."""
    program, first, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    began = time.monotonic()
    jobs = [(program, which) for which in [*fixed, *range(first, first + count)]]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        faults = [fault for fault in pool.map(tried, jobs, chunksize=8) if fault]
    print(*faults[:10], f"{len(jobs)} scenarios, {len(faults)} wrong, {time.monotonic() - began:.0f} s", sep="\n\n")
    sys.exit(1 if faults else 0)
