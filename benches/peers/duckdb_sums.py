"""The sums by hour, reason and detail with DuckDB; with a second argument, writes them."""

import sys

import duckdb

# A row counts at its start, as in errstat. So its end needs no type.
QUERY = """
    SELECT date_trunc('hour', "Date" + "Start") AS hour, "Reason" AS reason, "Detail" AS detail,
           sum("Errors")::BIGINT AS errors, count(*) AS rows
    FROM read_csv(?, delim = '\t', header = true, quote = '"', columns = {
        'Date': 'DATE', 'Start': 'TIME', 'End': 'VARCHAR', 'Reason': 'VARCHAR', 'Detail': 'VARCHAR', 'Errors': 'BIGINT'})
    GROUP BY ALL
"""

sums = duckdb.connect().execute(QUERY, [sys.argv[1]]).fetchall()
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        for hour, reason, detail, errors, rows in sums:
            out.write(f"{hour:%Y-%m-%d %H}\t{reason}\t{detail}\t{errors}\t{rows}\n")
