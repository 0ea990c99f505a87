"""Random scenarios, and how they are written down as files.

A scenario is made from its number alone. Files are snapshots of the logs of one or two channels, to the second, the
minute, five minutes, the hour or the day, under every way of naming a channel.
"""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from counting import NOBODY, PRECISIONS, File, Mail, Row, Scenario, instant, local, step

KINDS = [("error_status_code", "502"), ("error_status_code", "500"), ("request_timeout", "Request timeout"),
         ("could_not_connect", "Unknown host")]

# Zones with the day in whose night their clocks change, and zones whose clocks never do.
SUMMER = {"Europe/Berlin": "2025-10-26", "America/New_York": "2025-11-02", "Australia/Sydney": "2025-10-05"}
STEADY = ["Asia/Tokyo", "Asia/Kolkata", "UTC"]
CHANNELS = [("1234567890", "shop"), ("2345678901", "news")]


def random_scenario(number):
    dice = random.Random(number)
    changing = dice.random() < 0.4
    input_zone = dice.choice(list(SUMMER)) if changing else dice.choice(STEADY)
    zone = input_zone if dice.random() < 0.5 else dice.choice(list(SUMMER) + STEADY)
    middle = datetime.fromisoformat(SUMMER.get(input_zone, SUMMER.get(zone, "2025-11-18"))).date()
    day = lambda n: instant(middle + timedelta(days=n), time.min, input_zone)

    naming = dice.choice(["one", "one", "two", "mixed", "renamed", "labelled", "unnamed", "unnamed", "unnamed beside"])
    precisions = dice.choice([["second"], ["second"], ["second", "day"], ["second", "minute", "day"],
                              ["minute", "hour"], ["second", "5m", "hour"], list(PRECISIONS)])
    logs = [log(dice, day(-2), day(3)) for _ in CHANNELS]
    files, labels = [], []
    for index in range(dice.randint(1, 4)):
        precision = dice.choice(precisions)
        which = dice.choice([0, 0, 1]) if naming in ("two", "mixed", "labelled", "unnamed", "unnamed beside") else 0
        rows = [snapshot(dice, logs[which], precision, input_zone, day)]
        channels = [channel_of(dice, naming, index, which, rows[0])]
        if naming == "mixed" and dice.random() < 0.5:
            rows.append(snapshot(dice, logs[1 - which], precision, input_zone, day))
            channels.append(CHANNELS[1 - which])
        together = [Row(*row, channel) for some, channel in zip(rows, channels) for row in some]
        if naming in ("one", "two") and dice.random() < 0.3 and any(together[0].channel):
            together = [row._replace(channel=NOBODY) if i and dice.random() < 0.3 else row
                        for i, row in enumerate(together)]
        if naming == "renamed":
            half = day(0)
            together = [row._replace(channel=(CHANNELS[0][0], "store")) if row.at >= half and row.channel[0] else row
                        for row in together]
        dice.shuffle(together)
        prefix = "ab"[which] if naming == "labelled" else "x"
        file = File(f"{prefix}{index}.tsv", together, precision)
        if dice.random() < 0.3:
            last = local(max(row.at for row in together), input_zone).date()
            # What is still to come by any clock is not believed.
            promised = dice.choice([last + timedelta(days=1), last + timedelta(days=2), date(2099, 12, 31)])
            file.name = f"{prefix}{index}-{promised}.tsv"
            file.until = instant(promised, time.min, input_zone if precision == "day" else zone)
        files.append(file)
    if naming == "labelled":
        labels = [(label, f"{prefix}*.tsv") for label, prefix in zip(dice.choice([
            [(None, "shop"), (None, "news")], [(CHANNELS[0][0], None), (None, "news")]]), "ab")]
    mails = [mail(dice, logs, naming, day) for _ in range(dice.choice([0, 0, 0, 3, 8]))]
    finest = max((file.precision for file in files), key=list(PRECISIONS).index)
    window = dice.choice(["day", "week"] if finest == "day" else ["hour", "hour", "day", "week", "month"])
    shown_in = input_zone if finest == "day" else zone
    as_of = day(5) + dice.choice([0, 120, 9 * 3600, 50_000])
    scenario = Scenario(files, mails, labels, zone, input_zone, as_of, period(dice, middle, shown_in), window)
    ask(random.Random(f"asked {number}"), scenario, finest, day)
    return scenario


def ask(dice, scenario, coarsest, day):
    """What a third of the scenarios is asked for besides: how files meet, short windows, running periods, filters."""
    if dice.random() < 0.15:
        scenario.overlap = dice.choice(["max", "sum"])
    if dice.random() < 0.15 and coarsest not in ("hour", "day"):
        scenario.window = dice.choice(["5m", "15m", "30m"])
    if dice.random() < 0.15:
        scenario.period = dice.choice(["today", "yesterday", "this-week", "last-week", "this-month", "last-month"])
        scenario.as_of = day(dice.choice([2, 3, 3, 4, 5, 7, 12, 20])) + dice.choice([0, 120, 5400, 9 * 3600, 50_000])
    if dice.random() < 0.15:
        values = [("detail", "502"), ("detail", "500"), ("reason", "request_timeout"), ("status", "5xx"),
                  ("status", "502"), ("reason", "error_status_code")]
        dice.choice([scenario.only, scenario.exclude]).extend(dice.sample(values, dice.randint(1, 2)))


def log(dice, start, end):
    """What failed on a channel: bursts, and single errors; times in groups, so that keys repeat."""
    rows = []
    for _ in range(dice.randint(3, 10)):
        at = dice.randrange(start, end)
        reason, detail = dice.choice(KINDS)
        for _ in range(dice.randint(1, 6)):
            later = dice.choice([0, 0, 1, 30, 60, 290, 1800, 3600, 7200])
            rows.append((at + later, reason, detail, dice.randint(1, 9)))
    return rows


def snapshot(dice, log, precision, zone, day):
    """Part of a log, at a precision; now and then what a tool has lost, or an open group's smaller count."""
    first, length = dice.choice([-2, -1, 0, 1]), dice.choice([1, 2, 3, 5])
    edge = dice.choice([0, 0, 37_000])
    rows = [row for row in log if day(first) + edge <= row[0] < day(min(first + length, 3)) + edge]
    if dice.random() < 0.2:
        rows = [row for row in rows if dice.random() < 0.8]
    if dice.random() < 0.2:
        rows = [(at, reason, detail, dice.randint(1, errors)) for at, reason, detail, errors in rows]
    if dice.random() < 0.1:
        rows += [(at, reason, detail, dice.randint(1, 9)) for at, reason, detail, _ in rows[:3]]
    if precision != "second":
        sums = defaultdict(int)
        for at, reason, detail, errors in rows:
            at = instant(local(at, zone).date(), time.min, zone) if precision == "day" else step(at, precision, zone)
            sums[at, reason, detail] += errors
        rows = [(*key, errors) for key, errors in sums.items()]
        if dice.random() < 0.3:  # As LINE's groups without a status code: not exactly the finer ones.
            rows = [(*row[:3], max(1, row[3] + dice.randint(-3, 3))) for row in rows]
    # Enough different times for the precision to show, and none finer than it.
    base = day(first)
    needed = {"second": [17], "minute": [60 * n for n in (1, 2, 3, 7)], "5m": [300 * n for n in range(1, 14)],
              "hour": [3600 * n for n in range(3, 12)], "day": [0]}[precision]
    if precision != "day" and local(base, zone).utcoffset() != local(base + 86_400, zone).utcoffset():
        base -= 86_400
    return rows + [(base + n, "unclassified", "Session closed unexpectedly", 1) for n in needed]


def channel_of(dice, naming, index, which, rows):
    id, name = CHANNELS[which]
    if naming in ("labelled", "unnamed") or naming == "unnamed beside" and index:
        return NOBODY
    if naming == "renamed":
        return dice.choice([(id, name), (id, name), (None, name), (id, None)])
    return dice.choice([(id, name), (id, name), (None, name)])


def mail(dice, logs, naming, day):
    which = dice.choice([0, 1]) if naming in ("two", "mixed", "labelled") else 0
    precision = dice.choice(["second", "second", "minute"])
    at = dice.choice(logs[which])[0] if dice.random() < 0.6 else dice.randrange(day(-3), day(4))
    reason, detail = dice.choice(KINDS)
    channel = (CHANNELS[0][0], "store") if naming == "renamed" and dice.random() < 0.5 else CHANNELS[which]
    return Mail(step(at, precision, "UTC"), reason, detail, dice.randint(1, 9), channel, precision)


def period(dice, middle, zone):
    days = lambda n: middle + timedelta(days=n)
    first = dice.randint(-2, 1)
    clock = lambda n: f"{days(n)}T{dice.choice(['00:02', '04:00', '10:13', '11:00', '17:31', '23:59'])}"
    return dice.choice(["all", "all", "24h", "96h", "5d", "7d", "9d",
                        f"{days(first)}..{days(first + dice.randint(0, 2))}",
                        f"{clock(first)}..{clock(first + 1)}", f"{clock(0)}..{clock(2)}"])


# Writing.

def wall(at, zone):
    """The wall clock, and the offset only where the clock alone would not do."""
    here = local(at, zone)
    unclear = here.utcoffset() != here.replace(fold=1 - here.fold).utcoffset()
    return here, here.strftime("%z")[:3] + ":" + here.strftime("%z")[3:] if unclear else ""


def text_of(file, zone, dice):
    """A file in LINE's documented columns, or an older spelling where its times need one."""
    clock = {"second": "%H:%M:%S", "day": ""}.get(file.precision, "%H:%M")
    walls = [wall(row.at, zone) for row in file.rows]
    offsets = any(offset for _, offset in walls)
    documented = file.precision == "second" and not offsets and dice.random() < 0.7
    named = {place for row in file.rows for place in (0, 1) if row.channel[place]}
    heading = (["Date", "Start", "End"] if documented else ["Time"]) + ["Reason", "Detail"]
    heading += ["Errors" if documented else "Count"]
    heading += [title for place, title in enumerate(["Channel ID", "Channel name"]) if place in named]
    lines = [heading]
    for row, (here, _) in zip(file.rows, walls):
        if documented:
            end = here + timedelta(seconds=dice.randint(0, 59))
            cells = [f"{here:%Y-%m-%d}", f"{here:%H:%M:%S}", f"{end:%H:%M:%S}"]
        elif offsets and file.precision != "day":
            offset = here.strftime("%z")
            cells = [here.strftime("%Y-%m-%dT" + clock) + offset[:3] + ":" + offset[3:]]
        else:
            cells = [here.strftime("%Y-%m-%d " + clock).strip()]
        cells += [row.reason, row.detail, str(row.errors)]
        lines.append(cells + [row.channel[place] or "" for place in (0, 1) if place in named])
    return "".join("\t".join(cells) + "\n" for cells in lines)


def text_of_mail(mail, zone):
    id, name = mail.channel
    here = local(mail.at, zone)
    offset = here.strftime("%z")
    clock = "%Y-%m-%dT%H:%M:%S" if mail.precision == "second" else "%Y-%m-%dT%H:%M"
    return (f"From: LINE <no-reply@line.me>\nTo: admin@example.com\nDate: {here:%a, %d %b %Y %H:%M:%S %z}\n"
            f"Subject: Messaging API: Your bot server returned no response or an error - {name}\n"
            "Content-Type: text/plain; charset=utf-8\n\n"
            f"Channel ID: {id}\nChannel name: {name}\nReason for error: {mail.reason}\n"
            f"Detail for error: {mail.detail}\nError count: {mail.errors}\n"
            f"Time detected: {here.strftime(clock)}{offset[:3]}:{offset[3:]}\n")
