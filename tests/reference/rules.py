"""The rules of `check` by brute force, row by row.

`rules.py ERRSTAT FIRST COUNT` tries so many random sets of rules, from a number on: one export to the second that covers
everything asked for, channels that are known long before, and limits at or near what is counted; in some, beside it one
of another channel that has dates only.
"""

import json
import os
import random
import tempfile
from collections import defaultdict
from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from subprocess import run

import trial
from counting import NOBODY, File, Row, Scenario, bounds, instant, local
from scenarios import CHANNELS, KINDS, STEADY, SUMMER, text_of

STRANGE = ("new_reason", "x")
CONDITIONS = {
    "reason": ["error_status_code", "request_timeout", "could_not_connect"],
    "detail": ["502", "Unknown host", "50*", "*"],
    "status": ["5xx", "502", "4xx"],
    "channel": ["shop", "news", "s*"],
}
PERCENT = [0, 10, 33, 50, 100]


def matches(conditions, row):
    values = {"reason": row.reason, "detail": row.detail, "channel": row.channel[1] or "",
              "status": row.detail if row.reason == "error_status_code" else ""}
    if conditions.get("status", "").endswith("xx"):
        conditions, values["status"] = conditions | {"status": conditions["status"][0]}, values["status"][:1]
    return all(fnmatchcase(values[key], wanted) for key, wanted in conditions.items())


def errors(rows, start, end):
    return sum(row.errors for row in rows if start <= row.at < end)


def windows(per, start, end, zone):
    """The windows of a period in order, each with the place of its start on the wall clock."""
    if per == "period":
        return [(start, end, None)]
    place = {
        "hour": lambda at: local(at, zone).replace(minute=0, second=0),
        "day": lambda at: datetime.combine(local(at, zone).date(), time.min),
        "week": lambda at: datetime.combine(local(at, zone).date() - timedelta(days=local(at, zone).weekday()), time.min),
    }[per]
    found = defaultdict(list)
    for at in range(start, end, 900):  # Clocks change at quarters.
        here = place(at)
        found[here.replace(tzinfo=None), here.utcoffset()].append(at)
    edges = sorted((steps[0], wall) for (wall, _), steps in found.items())
    return [(at, after[0] if after else end, wall) for (at, wall), after in zip(edges, edges[1:] + [None])]


def like(wall, period):
    """The same place in the calendar of the period before; None where it has none."""
    if period != "last-month":
        return wall - timedelta(days={"yesterday": 1, "last-week": 7, "7d": 7}[period])
    month = wall.replace(day=1) - timedelta(days=1)
    try:
        return wall.replace(year=month.year, month=month.month)
    except ValueError:
        return None


def is_unknown(rule, days, now, before):
    """Whether rows with dates only leave open what hours hold."""
    meant = [row for row in days if rule["kind"] == "max_share" or matches(rule["conditions"], row)]
    looked_at = [now] + [before] * (rule["kind"] == "max_increase")
    return rule["per"] == "hour" and any(start <= row.at < end for row in meant for start, end in looked_at)


def holds(rule, rows, days, period, now, before, zone):
    """Whether a rule holds; None where the clock showed twice what it compares with, "unknown" if dates leave it open."""
    if is_unknown(rule, days, now, before):
        exact = [row for row in rows if row not in days]
        surely = rule["kind"] != "max_errors" or holds(rule, exact, [], period, now, before, zone)
        return surely and "unknown"
    own = [row for row in rows if matches(rule["conditions"], row)]
    earlier = defaultdict(list)
    for start, end, wall in windows(rule["per"], *before, zone):
        earlier[wall].append((start, end))
    for start, end, wall in windows(rule["per"], *now, zone):
        found = errors(own, start, end)
        if rule["kind"] == "max_errors" and found > rule["limit"]:
            return False
        if rule["kind"] == "max_share" and found > Fraction(rule["limit"], 100) * errors(rows, start, end):
            return False
        if rule["kind"] == "max_increase":
            there = earlier.get(wall and like(wall, period), [])
            if len(there) > 1:
                return None
            known = errors(own, *there[0]) if there else 0
            # Errors are whole, so the limit is too.
            if found > max(known, rule["min_previous"]) * Fraction(100 + rule["limit"], 100) // 1:
                return False
    return True


def random_rule(dice, rows, period, now, before, zone):
    conditions = {key: dice.choice(values) for key, values in CONDITIONS.items() if dice.random() < 0.3}
    # What excludes each other is no rule.
    if "status" in conditions or conditions.get("reason") == "request_timeout":
        conditions.pop("detail", None)
    if "status" in conditions or "detail" in conditions:
        conditions.pop("reason", None)
    kind = dice.choice(["max_errors", "max_errors", "max_share", "max_increase"])
    pers = ["period", "hour", "day"] + ["week"] * (kind != "max_increase")
    rule = {"conditions": conditions, "kind": kind, "per": dice.choice(pers), "min_previous": dice.choice([0, 1, 5, 20]),
            "limit": dice.choice(PERCENT), "level": dice.choice(["fail", "fail", "warn"])}
    if kind == "max_errors":
        own = [row for row in rows if matches(conditions, row)]
        most = max(errors(own, start, end) for start, end, _ in windows(rule["per"], *now, zone))
        rule["limit"] = max(0, most + dice.choice([-1, 0, 0, 1]))
    return rule


def random_rows(dice, day):
    """Single errors and bursts of six weeks, many of them at the same time of days a week or a month apart."""
    channels = dice.choice([[NOBODY], [(None, name) for _, name in CHANNELS]])
    rows = [Row(day(-100) + 3600 * nth, "request_timeout", "Request timeout", 1, one) for nth, one in enumerate(channels)]
    for _ in range(dice.choice([10, 60, 200])):
        at = day(dice.choice([dice.randint(-60, 20), dice.choice([-30, -8, -7, -7, -1, 0, 0, 1, 7])]))
        at += dice.choice([dice.randrange(86_400), dice.randrange(5 * 3600)])
        rows.append(Row(at, *dice.choice(KINDS + [STRANGE]), dice.choice([1, 5, 20, 21, 40]), dice.choice(channels)))
    return rows


def random_days(dice, day):
    """What a channel with dates only has on some days."""
    of_days = lambda n: Row(day(n), *dice.choice(KINDS), dice.choice([1, 5, 40]), (None, "days"))
    nths = [-100] + [dice.choice([dice.randint(-60, 20), dice.randint(-8, 1)]) for _ in range(dice.choice([0, 1, 3]))]
    return [of_days(n) for n in dict.fromkeys(nths)] if dice.random() < 0.4 else []


def tried(job):
    program, number = job
    dice = random.Random(f"rules {number}")
    zone = dice.choice(list(SUMMER) + STEADY)
    middle = datetime.fromisoformat(SUMMER.get(zone, "2025-11-18")).date()
    day = lambda n: instant(middle + timedelta(days=n), time.min, zone)
    rows = random_rows(dice, day)
    # Rows without a channel may be of any.
    days = random_days(random.Random(f"days {number}"), day) if rows[0].channel != NOBODY else []
    exact, rows = rows, rows + days
    period = dice.choice(["yesterday", "last-week", "7d", "last-month"])
    as_of = day(dice.choice([1, 2, 3, 7, 8, 14, 30])) + dice.choice([0, 5400, 9 * 3600])
    start, end, first = bounds(Scenario([], as_of=as_of, period=period), zone, None)
    now, before = (start, end), (first, start)
    rules = [random_rule(dice, rows, period, now, before, zone) for _ in range(dice.randint(2, 6))]
    lines = [f'timezone = "{zone}"', "[check]", 'new_details = "fail"', 'unknown_details = "warn"']
    for nth, rule in enumerate(rules):
        percent = "" if rule["kind"] == "max_errors" else "%"
        lines += ["[[check.rule]]", f'name = "rule {nth}"', f'level = "{rule["level"]}"', f'per = "{rule["per"]}"',
                  f'{rule["kind"]} = ' + (f'"{rule["limit"]}%"' if percent else str(rule["limit"]))]
        lines += [f"min_previous = {rule['min_previous']}"] * (rule["kind"] == "max_increase")
        lines += [f'{key} = "{value}"' for key, value in rule["conditions"].items()]
    inside = {row[1:3] for row in rows if start <= row.at < end}
    expected = {
        "new_details": not inside - {row[1:3] for row in rows if row.at < start} or "fail",
        "unknown_details": STRANGE not in inside or "warn",
    }
    for nth, rule in enumerate(rules):
        held = holds(rule, rows, days, period, now, before, zone)
        known = "channel" not in rule["conditions"] or any(
            row.channel[1] and fnmatchcase(row.channel[1], rule["conditions"]["channel"]) for row in rows)
        if held is not None:
            # Of a channel that no row names nothing is known.
            expected[f"rule {nth}"] = "unknown" if not known else held or rule["level"]
    says = {True: "passed", "fail": "failed", "warn": "warned", "unknown": "not_judged"}
    expected = {key: says[held] for key, held in expected.items()}
    with tempfile.TemporaryDirectory(prefix="errstat-rules-") as folder:
        Path(folder, "x.tsv").write_text(text_of(File("x.tsv", exact, "second"), zone, dice))
        if days:
            Path(folder, "days.tsv").write_text(text_of(File("days.tsv", days, "day"), zone, random.Random(number)))
        Path(folder, "errstat.toml").write_text("\n".join(lines) + "\n")
        files = ["x.tsv"] + ["days.tsv"] * bool(days)
        done = run([program, "check", *files, "--input-timezone", zone, "--period", period, "--format", "json", "--as-of",
                    local(as_of, "UTC").isoformat(), "--exported-at",
                    local(max(as_of, max(row.at for row in rows) + 60), "UTC").isoformat()],
                   cwd=folder, capture_output=True, text=True, timeout=60,
                   env={"PATH": os.environ["PATH"], "HOME": folder, "SOURCE_DATE_EPOCH": str(as_of)})
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return f"{number}: {done.returncode} {done.stderr}"
    got = {it["name"] if it["name"].startswith("rule ") else it["rule"]: it["status"] for it in said["rules"]}
    faults = [f"  {key}: expected {want}, got {got.get(key)}" for key, want in expected.items() if got.get(key) != want]
    if said["errors"] != errors(rows, start, end):
        faults.append(f"  errors: expected {errors(rows, start, end)}, got {said['errors']}")
    code = 1 if "failed" in got.values() else 0
    if done.returncode != code:
        faults.append(f"  exit code {done.returncode}: {said['problems']}")
    return "\n".join([f"{number}:", *lines, *faults]) if faults else None


if __name__ == "__main__":
    trial.main(tried)
