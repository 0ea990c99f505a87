"""The rules of counting by brute force, row by row, without cells, slices or a second reading.

Reads nothing of errstat. A scenario is files and mails as lists of rows; `judge` gives what must be shown, or raises
`Refused` where errstat must not go on (exit code 2).
"""

from collections import defaultdict, namedtuple
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from time import time as clock
from zoneinfo import ZoneInfo

# From fine to coarse, with the seconds of a step. A day is a civil date, whatever its length.
PRECISIONS = {"second": 1, "minute": 60, "5m": 300, "hour": 3600, "day": None}

# `at` in seconds since 1970 in UTC; of a row that is known to a step only, the step's start. `channel` is a pair
# (id or None, name or None); (None, None) is a blank cell, or no column at all.
Row = namedtuple("Row", "at reason detail errors channel")
Mail = namedtuple("Mail", "at reason detail errors channel precision")
NOBODY = (None, None)


class Refused(Exception):
    """Not clear: errstat has to ask."""


@dataclass
class File:
    name: str
    rows: list
    precision: str
    until: int | None = None  # Up to when its name says that it is complete.


@dataclass
class Scenario:
    files: list
    mails: list = field(default_factory=list)
    labels: list = field(default_factory=list)  # `--channel`: (channel pair, glob or None).
    zone: str = "Asia/Tokyo"
    input_zone: str = "Asia/Tokyo"
    as_of: int = 0
    period: str = "all"
    window: str = "day"
    overlap: str = "auto"
    only: list = field(default_factory=list)  # Of (key, value); so is what is left out.
    exclude: list = field(default_factory=list)


def local(at, zone):
    return datetime.fromtimestamp(at, ZoneInfo(zone))


def instant(day, clock, zone):
    return int(datetime.combine(day, clock, ZoneInfo(zone)).timestamp())


def step(at, precision, zone):
    """The step that a moment is in: instants differ even where the wall clock shows them alike."""
    if precision == "day":
        return local(at, zone).date()
    east = int(local(at, zone).utcoffset().total_seconds())
    return at - (at + east) % PRECISIONS[precision]


def step_end(at, precision, zone):
    if precision == "day":
        return instant(local(at, zone).date() + timedelta(days=1), time.min, zone)
    return at + PRECISIONS[precision]


def coarser(a, b):
    return max(a, b, key=list(PRECISIONS).index)


# 1. Whose is a row.

def identify(pairs):
    """Gives each pair its channel. One id is one channel; a name alone is the one id that bears it, or itself."""
    bearers = defaultdict(set)
    for id, name in pairs:
        if id and name:
            bearers[name].add(id)
    found = {}
    for id, name in pairs:
        if id or not name or not bearers[name]:
            found[id, name] = id or (name and ("name", name))
        elif len(bearers[name]) == 1:
            found[id, name] = next(iter(bearers[name]))
        else:
            raise Refused(f"{name} has several ids")
    return found


def label_of(file, labels):
    """What the user says of a file that names no channel."""
    by_glob = {channel for channel, glob in labels if glob and fnmatchcase(file.name, glob)}
    named = by_glob or {channel for channel, glob in labels if not glob}
    if len(named) > 1:
        raise Refused(f"{file.name} is said to be of several")
    return next(iter(named), NOBODY)


def fill_blanks(file, labels):
    named = {row.channel for row in file.rows} - {NOBODY}
    if not named:
        blank = label_of(file, labels)
    elif len(set(identify(named).values())) == 1:
        # Its latest name, with the id wherever one row has it.
        blank = max(((id is not None, id, name) for id, name in named), key=lambda known: known[0])[1:]
    else:
        blank = NOBODY
    rows = [row._replace(channel=blank) if row.channel == NOBODY else row for row in file.rows]
    return File(file.name, rows, file.precision, file.until)


def alike(a, b, zone):
    """Whether two files that meet in time are of one channel, by what they say of that time; None if they do not."""
    precision = coarser(a.precision, b.precision)
    of = lambda at: step(at, precision, zone)
    first = max(min(row.at for row in file.rows) for file in (a, b))
    last = min(max(row.at for row in file.rows) for file in (a, b))
    if first > last and of(first) != of(last):
        return None
    sums = defaultdict(lambda: [0, 0])
    for side, file in enumerate((a, b)):
        for row in file.rows:
            if of(min(first, last)) <= of(row.at) <= of(max(first, last)):
                sums[of(row.at), row.reason, row.detail][side] += row.errors
    smaller, larger = sum(map(min, sums.values())), sum(map(max, sums.values()))
    exact = smaller == larger > 0 and precision == "second"
    return exact or larger >= 20 and smaller >= 0.95 * larger


def settle(scenario):
    """Every row with its channel: files whose rows are of one channel each, and mails."""
    files = [fill_blanks(file, scenario.labels) for file in scenario.files]
    mails = scenario.mails
    mailed = {mail.channel for mail in mails} - {NOBODY}
    exported = {row.channel for file in files for row in file.rows}
    if exported == {NOBODY} and mailed and len(set(identify(mailed).values())) == 1:
        # Exports that name none beside mails of one channel are of it.
        channel = max(mailed, key=lambda pair: pair[0] is not None)
        files = [File(f.name, [row._replace(channel=channel) for row in f.rows], f.precision, f.until) for f in files]
    every = list(mails) + [row for file in files for row in file.rows]
    identity = identify({row.channel for row in every})
    tables = []  # (channel or None, file with the rows of that channel)
    for file in files:
        by_channel = defaultdict(list)
        for row in file.rows:
            by_channel[identity[row.channel]].append(row)
        tables += [(channel, File(file.name, rows, file.precision, file.until)) for channel, rows in by_channel.items()]
    if scenario.overlap == "auto":
        tables = gather(tables, scenario.input_zone)
    return tables, [(identity[mail.channel], mail) for mail in mails], names(every, identity)


def gather(tables, zone):
    """Files without a channel that are alike belong together, and to the channel that one of them is alike to."""
    group = [index if channel is None else channel for index, (channel, _) in enumerate(tables)]
    unlike = []
    for b in range(len(tables)):
        for a in range(b):
            if tables[a][0] is not None and tables[b][0] is not None or tables[a][1].name == tables[b][1].name:
                continue
            verdict = alike(tables[a][1], tables[b][1], zone)
            if verdict:
                joined, into = sorted((group[a], group[b]), key=lambda g: (not isinstance(g, int), str(g)))
                if not isinstance(joined, int) and joined != into:
                    raise Refused("alike to two channels")
                group = [into if one == joined else one for one in group]
            elif verdict is False:
                unlike.append((a, b))
    for a, b in unlike:
        if group[a] != group[b] and (isinstance(group[a], int) or isinstance(group[b], int)):
            raise Refused(f"{tables[a][1].name} and {tables[b][1].name} meet and are not alike")
    return [(None if isinstance(g, int) else g, file) for g, (_, file) in zip(group, tables)]


def names(rows, identity):
    """What each channel is called: by its latest name, with the id where two have one name."""
    latest = {}
    for row in sorted(rows, key=lambda row: (-row.at, row.channel[1] or "")):
        if all(row.channel):
            latest.setdefault(identity[row.channel], row.channel[1])
    called = {one: latest.get(one) or (one[1] if isinstance(one, tuple) else None) for one in identity.values() if one}
    twice = [name for name in called.values() if name]
    label = {None: None}
    for one, name in called.items():
        both = name and twice.count(name) > 1 and isinstance(one, str)
        label[one] = f"{name} ({one})" if both else name or one
    return label


# 2. What is the same error.

def larger(lists, precision, zone):
    """Of some lists of rows the one with the larger sum, for each step, reason and detail; of equal ones the first."""
    sums = defaultdict(lambda: [[] for _ in lists])
    for index, rows in enumerate(lists):
        for row in rows:
            sums[step(row.at, precision, zone), row.reason, row.detail][index].append(row)
    total = lambda rows: sum(row.errors for row in rows)
    return [row for candidates in sums.values() for row in max(candidates, key=total)]


def fold(files, zone):
    """The errors of one channel, each once: from the finest precision to the coarsest, the winner's rows standing."""
    standing = []
    for precision in PRECISIONS:
        own = [file.rows for file in files if file.precision == precision]
        if own:
            standing = larger([standing, larger(own, precision, zone)], precision, zone)
    return standing


# 3. Mails.

def uncovered(mails, files, zone, as_of):
    """The mails of one channel that no export of it speaks for, each notification once."""
    stretches = []
    for file in files:
        times = [row.at for row in file.rows]
        promised = file.until if file.until is not None and file.until <= max(as_of, clock()) else 0
        stretches.append((min(times), max(step_end(max(times), file.precision, zone), promised)))
    kept = {}
    for mail in mails:
        end = step_end(mail.at, mail.precision, zone)
        key = mail.at, mail.reason, mail.detail
        if not any(first < end and mail.at < last for first, last in stretches):
            kept[key] = max(kept.get(key, mail), mail, key=lambda mail: mail.errors)
    return list(kept.values())


# 4. What is shown.

def bounds(scenario, zone, spans):
    """Start and end of the period, and of the one before it where there is one."""
    day = lambda text: datetime.strptime(text, "%Y-%m-%d").date()
    at = lambda date: instant(date, time.min, zone)
    period = scenario.period
    if period == "all":
        return at(local(spans[0], zone).date()), at(local(spans[1], zone).date() + timedelta(days=1)), None
    if "T" in period:
        start, end = (int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())
                      for text in period.split(".."))
        return start, end, start - (end - start)
    if period in ("today", "this-week", "this-month"):
        # Compared with the same part of the one before, by the clock; at most all of it.
        here = local(scenario.as_of, zone)
        back = {"today": 0, "this-week": here.weekday(), "this-month": here.day - 1}[period]
        first = here.date() - timedelta(days=back)
        before = {"today": first - timedelta(days=1), "this-week": first - timedelta(days=7),
                  "this-month": (first - timedelta(days=1)).replace(day=1)}[period]
        like = instant(before + (here.date() - first), here.time(), zone)
        return at(first), scenario.as_of, at(before), min(like, at(first))
    if period in ("last-week", "last-month"):
        here = local(scenario.as_of, zone).date()
        if period == "last-week":
            end = here - timedelta(days=here.weekday())
            return at(end - timedelta(days=7)), at(end), at(end - timedelta(days=14))
        end = here.replace(day=1)
        first = (end - timedelta(days=1)).replace(day=1)
        return at(first), at(end), at((first - timedelta(days=1)).replace(day=1))
    if period.endswith("h"):
        length = int(period[:-1]) * 3600
        return scenario.as_of - length, scenario.as_of, scenario.as_of - 2 * length
    if period == "yesterday":
        period = "1d"
    if period.endswith("d"):
        end = local(scenario.as_of, zone).date()
        first = end - timedelta(days=int(period[:-1]))
    else:
        first, last = map(day, period.split(".."))
        end = last + timedelta(days=1)
    return at(first), at(end), at(first - (end - first))


def window_start(at, window, zone):
    here = local(at, zone)
    if window.endswith("m"):
        return at - here.minute % int(window[:-1]) * 60 - here.second
    if window == "hour":
        return at - here.minute * 60 - here.second
    back = {"day": 0, "week": here.weekday(), "month": here.day - 1}[window]
    return instant(here.date() - timedelta(days=back), time.min, zone)


def keeps(scenario, channel, row):
    """Whether the filter lets a row pass: alternatives of one key, all keys, and nothing of what is left out."""
    def fits(key, value):
        if key == "status":
            status = row.detail if row.reason == "error_status_code" else ""
            return status[:1] == value[:1] and len(status) == 3 if value.endswith("xx") else status == value
        return {"channel": channel, "reason": row.reason, "detail": row.detail}[key] == value
    asked = {key: any(fits(key, value) for k, value in scenario.only if k == key) for key, _ in scenario.only}
    return all(asked.values()) and not any(fits(*one) for one in scenario.exclude)


def judge(scenario):
    tables, mails, label = settle(scenario)
    # A day stays a day of the inputs' zone.
    days = any(file.precision == "day" for file in scenario.files)
    zone = scenario.input_zone if days else scenario.zone
    counted, exported, mailed = [], defaultdict(int), defaultdict(int)
    begins = []
    for channel in {channel for channel, _ in tables} | {channel for channel, _ in mails}:
        files = [file for one, file in tables if one == channel]
        if scenario.overlap == "sum":
            rows = [row for file in files for row in file.rows]
        else:
            rows = fold(files, scenario.input_zone)
        of_channel = [mail for one, mail in mails if one == channel]
        # A mail is no beginning of exports.
        begins.append(min([row.at for file in files for row in file.rows] or [mail.at for mail in of_channel]))
        exported[label[channel]] += sum(row.errors for row in rows)
        mailed[label[channel]] += sum(mail.errors for mail in uncovered(of_channel, [], scenario.input_zone, 0))
        rows += uncovered(of_channel, files, scenario.input_zone, scenario.as_of)
        counted += [(label[channel], row) for row in rows]
    every = [row.at for file in scenario.files for row in file.rows] + [mail.at for mail in scenario.mails]
    counted = [(channel, row) for channel, row in counted if keeps(scenario, channel, row)]
    start, end, before, *until = bounds(scenario, zone, (min(every), max(every)))
    shown = {"errors": 0, "by_detail": defaultdict(int), "by_channel": defaultdict(int), "windows": defaultdict(int),
             "heatmap": defaultdict(int), "previous": None, "exported": exported, "mailed": mailed}
    for channel, row in counted:
        if start <= row.at < end:
            here = local(row.at, zone)
            shown["errors"] += row.errors
            shown["by_detail"][row.reason, row.detail] += row.errors
            shown["by_channel"][channel] += row.errors
            shown["windows"][window_start(row.at, scenario.window, zone)] += row.errors
            shown["heatmap"][here.weekday(), here.hour] += row.errors
    first = datetime.combine(local(min(begins), zone).date(), datetime.min.time()).replace(tzinfo=ZoneInfo(zone))
    if before is not None and first.timestamp() < (until or [start])[0]:
        shown["previous"] = sum(row.errors for _, row in counted if before <= row.at < (until or [start])[0])
    return {key: {k: n for k, n in value.items() if n} if isinstance(value, dict) else value
            for key, value in shown.items()}
