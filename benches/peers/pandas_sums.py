"""The sums by hour, reason and detail with pandas, as one would type it; with a second argument, writes them."""

import sys

import pandas as pd

rows = pd.read_csv(sys.argv[1], sep="\t")
rows["hour"] = pd.to_datetime(rows["Date"] + " " + rows["Start"]).dt.floor("h")
sums = rows.groupby(["hour", "Reason", "Detail"])["Errors"].agg(["sum", "count"])
if len(sys.argv) > 2:
    sums.reset_index().to_csv(sys.argv[2], sep="\t", header=False, index=False, date_format="%Y-%m-%d %H")
