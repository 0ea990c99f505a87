"""The sums by hour, reason and detail with polars; with a second argument, writes them."""

import sys

import polars as pl

sums = (
    pl.scan_csv(
        sys.argv[1],
        separator="\t",
        schema={
            "Date": pl.String,
            "Start": pl.String,
            "End": pl.String,
            "Reason": pl.String,
            "Detail": pl.String,
            "Errors": pl.Int64,
        },
    )
    .group_by(
        # A row counts at its start, as in errstat. The fastest of the forms that were tried: slower are the moment as a whole
        # from its text, and columns declared as Date and Time.
        pl.col("Date").str.to_date("%Y-%m-%d").alias("day"),
        pl.col("Start").str.head(2).cast(pl.Int8).alias("hour"),
        pl.col("Reason").alias("reason"),
        pl.col("Detail").alias("detail"),
    )
    .agg(pl.col("Errors").sum().alias("errors"), pl.len().alias("rows"))
    .collect(engine="streaming")
)
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        for day, hour, reason, detail, errors, rows in sums.iter_rows():
            out.write(f"{day} {hour:02}\t{reason}\t{detail}\t{errors}\t{rows}\n")
