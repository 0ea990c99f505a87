"""Merges the exports of many channels on a cluster: errstat reads them, Apache Spark counts each error once.

    spark-submit --master spark://HOST:7077 merge.py --list exports.tsv --output errors-2026-W47

exports.tsv has a line for each export: the channel, a tab, the path. The channel is left empty where the export names it:

    shop<TAB>/exports/shop/2026-W47.tsv.gz
    <TAB>/exports/with-a-channel-column.tsv

`--channel NAME=GLOB` does the same for all files of a pattern. What follows a lone -- goes to `errstat convert`:

    spark-submit merge.py --channel 'shop=/exports/shop/*.tsv' --output errors -- --input-timezone +09:00

The output is a dataset as docs/archive.md of errstat describes it: channel=…/month=2026-11/….parquet. Every command of
errstat takes it as INPUT, and so does `errstat archive add`. It is there whole or not at all; until then everything lies
in a hidden folder beside it. errstat, the exports and the output must have the same paths on all machines (NFS or another
mounted file system). Needs pyspark and Java. Exit codes: 0 done, 2 an export could not be read, and nothing was written.
"""

import argparse
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

# One file of the result is one channel's month, sorted by time.
COLUMNS = [
    *("time", "end", "precision", "channel_id", "channel", "reason", "detail"),
    *("status", "host", "errors", "rows", "source"),
]
SCHEMA = (
    "time timestamp, `end` timestamp, precision string, channel_id string, channel string, reason string, detail string, "
    "status int, host string, errors bigint, rows bigint, source string"
)
# What two rows must have in common to tell of the same errors. A channel is its id, whatever it is called, or its name
# where no id is known. The status follows from the detail.
KEY = ["time", "precision", "channel_id", "name", "reason", "detail", "status", "source"]


def main():
    arguments = read_arguments()
    output = os.path.abspath(arguments.output)
    if os.path.lexists(output):
        give_up([f"{output} is there already: move it away, or name another --output."])
    exports = list_exports(arguments)

    # Only now: --help needs no Spark.
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("errstat merge").getOrCreate()
    # Months are those of UTC, and times are written as other tools read them.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    # A name that begins with a dot is no result to any reader.
    folder, name = os.path.split(output)
    unfinished = tempfile.mkdtemp(prefix=f".{name}.", dir=folder)
    try:
        converted = os.path.join(unfinished, "converted")
        merged = os.path.join(unfinished, "merged")
        # Workers may be other users than the one who starts this.
        os.chmod(unfinished, 0o755)
        os.mkdir(converted)
        os.chmod(converted, 0o777)
        convert_all(spark, exports, converted, arguments)
        rows = read(spark, converted)
        channels = known_channels(rows, exports)
        write(merge(rows), merged, channels)
        os.rename(merged, output)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        spark.stop()
    print(f"{output}: {len(exports)} exports, {len(channels)} channels", file=sys.stderr)


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", metavar="FILE", help="a line for each export: channel, tab, path")
    parser.add_argument(
        "--channel", metavar="NAME=GLOB", action="append", default=[], help="exports of a channel (repeatable)"
    )
    parser.add_argument("--output", metavar="DIR", required=True, help="the dataset to write; it must not be there yet")
    parser.add_argument("--errstat", metavar="PROGRAM", default="errstat", help="on every worker [default: errstat]")
    parser.add_argument("options", metavar="-- OPTION", nargs="*", help="options for errstat convert")
    arguments = parser.parse_args()
    # Workers run in folders of their own.
    if os.sep in arguments.errstat:
        arguments.errstat = os.path.abspath(arguments.errstat)
    return arguments


def list_exports(arguments):
    """Channel and full path of each export. The channel is empty where the export is to name it."""
    exports = []
    if arguments.list:
        with open(arguments.list, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                channel, tab, path = line.rstrip("\r\n").partition("\t")
                if not tab and not channel:
                    continue
                if not tab or not path:
                    give_up([f"{arguments.list}:{number}: a line is a channel, a tab, and a path."])
                exports.append((channel, os.path.abspath(path)))
    for rule in arguments.channel:
        channel, equals, pattern = rule.partition("=")
        paths = sorted(glob.glob(pattern, recursive=True))
        if not equals or not paths:
            give_up([f"--channel {rule}: no file is found by {pattern!r}."])
        exports += [(channel, os.path.abspath(path)) for path in paths]
    if not exports:
        give_up(["Nothing to merge: name exports by --list or --channel."])
    # errstat takes what follows the sign for a pattern.
    unclear = sorted({channel for channel, _ in exports if "=" in channel})
    if unclear:
        give_up([f"The channel {name!r} needs another label: its name must not hold '='." for name in unclear])
    return exports


def convert_all(spark, exports, converted, arguments):
    """The map step: a task for each export, because a file is never split. A task that is repeated writes the same file."""
    errstat, options = arguments.errstat, arguments.options

    def convert(task):
        number, (channel, path) = task
        command = [errstat, "convert", f"--output={converted}/{number:07}.parquet", "--no-progress", *options]
        if channel:
            command.append(f"--channel={channel}")
        try:
            done = subprocess.run(
                [*command, "--", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as error:
            return path, False, f"{errstat} does not start: {error}"
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode < 0:
            # Out of memory, or the machine goes down: Spark tries again elsewhere.
            raise RuntimeError(f"{path}: errstat was ended by signal {-done.returncode}. {said}")
        return path, done.returncode == 0, said

    tasks = spark.sparkContext.parallelize(list(enumerate(exports)), len(exports))
    told = tasks.map(convert).collect()
    for path, done, said in told:
        if done:
            print(f"{path}: {said}", file=sys.stderr)
    failed = [f"{path}: {said}" for path, done, said in told if not done]
    if failed:
        give_up([f"{len(failed)} of {len(told)} exports could not be read; nothing was written.", *failed])


def read(spark, converted):
    from pyspark.sql import functions as F

    return spark.read.schema(SCHEMA).parquet(converted).withColumn("file", F.input_file_name())


def known_channels(rows, exports):
    """The channels of all rows. Rows of no channel would be taken for one channel's, and counted wrong."""
    from pyspark.sql import functions as F

    nameless = F.isnull("channel") & F.isnull("channel_id")
    found = rows.select("channel_id", "channel", F.when(nameless, F.col("file")).alias("nameless_in")).distinct().collect()
    nameless = sorted(int(os.path.basename(row.nameless_in).split(".")[0]) for row in found if row.nameless_in)
    if nameless:
        give_up([f"{exports[number][1]}: rows name no channel. Write the channel before the path." for number in nameless])
    return [(row.channel_id, row.channel) for row in found]


def merge(rows):
    """For each key the rows of the file whose errors sum up to most, as errstat's archive does it.

    Of equal sums the one with hosts for more of its errors counts; then the content decides, so that the result does not
    depend on any order. Of two names that a channel has at one moment the first in order stands. Only the numbers of rows
    are added: entry by entry where two files tell the same, else at the first. Those of mails are not, because a
    notification may be there more than once.
    """
    from pyspark.sql import functions as F

    hosted = F.sum(F.when(F.col("host").isNotNull(), F.col("errors")).otherwise(0))
    entries = F.sort_array(F.collect_list(F.struct("host", "channel", "errors", "end", "rows")))
    content = F.expr("transform(entries, e -> struct(e.host, e.errors, e.end))")
    first = F.struct((-F.col("total")).alias("total"), (-F.col("hosted")).alias("hosted"), "content", "channels")
    added = F.expr(
        "aggregate(all, 0L, (sum, one) -> CASE "
        "WHEN source = 'mail' THEN greatest(sum, CASE WHEN one.content = winner.content THEN one.counted[at] ELSE 0L END) "
        "WHEN one.content = winner.content THEN sum + one.counted[at] "
        "WHEN at = 0 THEN sum + aggregate(one.counted, 0L, (a, b) -> a + b) ELSE sum END)"
    )
    called = F.expr(
        "aggregate(all, winner.channels[at], (name, one) -> CASE "
        "WHEN one.content = winner.content THEN least(name, one.channels[at]) "
        "WHEN at = 0 THEN least(name, array_min(one.channels)) ELSE name END)"
    )
    folder = F.sha2(F.concat_ws("\0", *(F.coalesce(c, F.lit("")) for c in ("channel_id", "channel"))), 256)
    return (
        rows.withColumn("name", F.when(F.isnull("channel_id"), F.col("channel")))
        .withColumn("month", F.date_format("time", "yyyy-MM"))
        # The one time that rows move: all of a channel's month meet here, and everything below happens in place.
        .repartition("channel_id", "name", "month")
        .groupBy("month", *KEY, "file")
        .agg(F.sum("errors").alias("total"), hosted.alias("hosted"), entries.alias("entries"))
        .withColumns({"content": content, "counted": F.col("entries.rows"), "channels": F.col("entries.channel")})
        .groupBy("month", *KEY)
        .agg(F.min(first).alias("winner"), F.collect_list(F.struct("content", "counted", "channels")).alias("all"))
        .select("month", *KEY, "winner", "all", F.posexplode("winner.content").alias("at", "entry"))
        .withColumns({"rows": added, "channel": called})
        .select("month", *KEY, "rows", "channel", "entry.*")
        .withColumn("folder", folder)
        .sortWithinPartitions("folder", "month", "time", "precision", "reason", "detail", "source", "host")
        .select("folder", "month", *COLUMNS)
    )


def write(rows, merged, channels):
    """Writes the partitions.

    partitionBy takes the column that it makes folders of out of the files, and names such as 300 characters, "" or Japanese
    ones do not fit every file system. So Spark makes folders of digests, which get errstat's names for them afterwards,
    and the files keep the columns `channel_id` and `channel`: the truth.
    """
    rows.write.partitionBy("folder", "month").option("compression", "zstd").parquet(merged)
    for channel in channels:
        folder = f"{merged}/folder={digest(*channel)}"
        # Of a renamed channel one name may be told by nothing that counts.
        if os.path.exists(folder):
            os.rename(folder, f"{merged}/{channel_folder(channel_text(*channel))}")


def digest(id, name):
    return hashlib.sha256(f"{id or ''}\0{name or ''}".encode()).hexdigest()


def channel_text(id, name):
    """One text for a channel, another for every other: see "Names of folders" in docs/archive.md."""
    text = id if name is None else name if id is None else f"{name} ({id})"
    both = re.fullmatch(r"(.*) \(([0-9]{4,})\)", text, re.DOTALL)
    read = (both[2], both[1]) if both else (text, None) if re.fullmatch("[0-9]{4,}", text) else (None, text)
    return text if read == (id, name) else f"{text}~{digest(id, name)[:16]}"


def channel_folder(channel):
    """The folder's name that errstat has for a channel: see "Names of folders" in docs/archive.md."""
    plain = b"abcdefghijklmnopqrstuvwxyz0123456789._-"
    encoded = [chr(byte) if byte in plain else f"%{byte:02X}" for byte in channel.encode()]
    if encoded and encoded[-1] == ".":
        encoded[-1] = "%2E"
    name = "".join(encoded)
    if not name or len(name) > 200:
        while len("".join(encoded)) > 160:
            encoded.pop()
        name = "".join(encoded) + "~" + hashlib.sha256(channel.encode()).hexdigest()[:32]
    return f"channel={name}"


def give_up(sentences):
    print("\n".join(sentences), file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
