"""The sums by hour, reason and detail with DuckDB. Prints the seconds of the query; with a second argument, writes the sums."""

import sys
import time

import duckdb

QUERY = """
    SELECT date_trunc('hour', "Time detected") AS hour, "Reason for error" AS reason, "Detail for error" AS detail,
           sum("Error count")::BIGINT AS errors, count(*) AS rows
    FROM read_csv(?, delim = '\t', header = true, quote = '"', columns = {
        'Time detected': 'TIMESTAMP', 'Reason for error': 'VARCHAR', 'Detail for error': 'VARCHAR',
        'Error count': 'BIGINT'})
    GROUP BY ALL
"""

connection = duckdb.connect()
begin = time.perf_counter()
sums = connection.execute(QUERY, [sys.argv[1]]).fetchall()
print(time.perf_counter() - begin, len(sums))
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        for hour, reason, detail, errors, rows in sums:
            out.write(f"{hour:%Y-%m-%d %H}\t{reason}\t{detail}\t{errors}\t{rows}\n")
