"""The sums by hour, reason and detail with polars. Prints the seconds of the query; with a second argument, writes the sums."""

import sys
import time

import polars as pl

begin = time.perf_counter()
sums = (
    pl.scan_csv(
        sys.argv[1],
        separator="\t",
        schema={
            "Time detected": pl.String,
            "Reason for error": pl.String,
            "Detail for error": pl.String,
            "Error count": pl.Int64,
        },
    )
    .group_by(
        # Typed by its format and without a cache: polars takes four times as long for a column declared as Datetime.
        pl.col("Time detected").str.to_datetime("%Y-%m-%d %H:%M:%S", cache=False).dt.truncate("1h").alias("hour"),
        pl.col("Reason for error").alias("reason"),
        pl.col("Detail for error").alias("detail"),
    )
    .agg(pl.col("Error count").sum().alias("errors"), pl.len().alias("rows"))
    .collect(engine="streaming")
)
print(time.perf_counter() - begin, sums.height)
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        for hour, reason, detail, errors, rows in sums.iter_rows():
            out.write(f"{hour:%Y-%m-%d %H}\t{reason}\t{detail}\t{errors}\t{rows}\n")
