"""Holds what errstat says of access logs against the contract, worked out here from the requests themselves.

`logs.py ERRSTAT FIRST COUNT` tries so many random logs beside LINE's errors of the same time, from a number on: ten
formats, one file or rotated ones, other people's lines, silences and outages, the whole time or a period to the minute.
All times are milliseconds.
"""

import gzip
import json
import random
import re
import subprocess
import tempfile
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from math import ceil
from pathlib import Path
from typing import NamedTuple

import trial

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
CELL = SILENCE = 5 * MINUTE
TOLERANCE = MINUTE  # So far apart may LINE's row and the log's line be.
LIMIT, SLOW = 2000, 1700  # LINE waits 2 s, and its clock may start 0.3 s before the server's.
JAPAN = timezone(timedelta(hours=9))
BEGIN = int(datetime(2026, 11, 16, tzinfo=timezone.utc).timestamp()) * SECOND


class Format(NamedTuple):
    line: str
    option: str | None = None  # --log-format; none where errstat is to recognise it.
    stamp: str = "end"  # When a line is written.
    exact: bool = False  # Whether its time has milliseconds.
    timed: bool = True  # Whether it has a duration.
    bare: bool = False  # Whether it has no user agent and no zone.
    gave_up: str = "499"  # The status of a request that LINE gave up.


COMBINED = '$ip - - [$end] "$method $path HTTP/1.1" $status 2 "-" "$agent"'
NGINX = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
FORMATS = [
    Format(COMBINED, timed=False),
    Format(COMBINED + " $seconds $status", NGINX + " $request_time $upstream_status"),
    Format(COMBINED + ' rt=$seconds uct="0.000" uht="0.000" urt="$seconds"'),
    Format('$epoch $status $seconds "$method $path HTTP/2.0" "$agent"',
           '$msec $status $request_time "$request" "$http_user_agent"', exact=True),
    Format(COMBINED.replace("$end", "$start") + " $micros",
           '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D', "start", gave_up="200"),
    Format('{"time_iso8601":"$iso","status":"$status","request_time":"$seconds","request":"$method $path HTTP/1.1",'
           '"http_user_agent":"$agent","other":{"list":[1,{"a":"b\\"c"}]}}'),
    Format('{"ts":$epoch,"request":{"remote_ip":"$ip","method":"$method","uri":"$path","headers":{"User-Agent":'
           '["$agent"]}},"duration":$seconds,"status":$status}', exact=True, gave_up="0"),
    Format("end:$end\tstatus:$status\treqtime:$seconds\tmethod:$method\turi:$path\tua:$agent\thost:$ip"),
    Format('https $utc app/lb/1 $ip:4711 10.0.0.1:80 0.000 $seconds 0.000 $status - 63 0 "$method https://bot.example:443'
           '$path HTTP/1.1" "$agent" ECDHE TLSv1.2 arn:x "Root=1" "bot.example" "arn:y" 0 $began "forward" "-" "-" "-" '
           '"-" "-" "-"', exact=True, gave_up="460"),
    Format('Nov 16 10:00:00 host haproxy[12]: $ip:5000 [$start_exact] front back/srv 0/0/1/$millis/$millis $status 100 '
           '- - ---- 1/1/0/0/0 0/0 "$method $path HTTP/1.1"', stamp="start", exact=True, bare=True, gave_up="-1"),
]


class Request(NamedTuple):
    start: int
    took: int
    status: int = 200
    gave_up: bool = False  # LINE did.
    arrived: bool = True  # The server got it.
    method: str = "POST"
    path: str = "/cb"
    agent: str = "LineBotWebhook/2.0"

    def written(self, format):
        """The time of its line."""
        at = self.start + (self.took if format.stamp == "end" else 0)
        return at if format.exact else at // SECOND * SECOND


class Row(NamedTuple):
    first: int
    last: int
    reason: str
    detail: str
    errors: int


class Scenario(NamedTuple):
    format: Format
    zone: timezone
    edge: bool
    requests: list  # Those with a line, in the order of lines.
    rows: list
    period: tuple | None  # Begin and end, to the minute; none where it is all the days that have a row.

    @property
    def bounds(self):
        day = lambda at: (at + 9 * HOUR) // (24 * HOUR) * 24 * HOUR - 9 * HOUR
        return self.period or (day(self.rows[0].first), day(max(row.last for row in self.rows)) + 24 * HOUR)


def random_scenario(number):
    dice = random.Random(number)
    format, hours, every = dice.choice(FORMATS), dice.choice([3, 8, 30, 40]), dice.choice([20, 45, 90]) * SECOND
    moment = lambda: BEGIN + dice.randrange(hours * HOUR)
    stretches = lambda count, minutes: [(at, at + dice.choice(minutes) * MINUTE) for at in (moment() for _ in range(count))]
    outages = [(*time, dice.choice(["502", "404", "hangs", "late", "away"]))
               for time in stretches(dice.randint(0, 3), [10, 20, 40])]
    silences = stretches(dice.choice([0, 0, 1, 2]), [4, 7, 30])
    requests = [webhook(dice, at + dice.randrange(every), outages) for at in range(BEGIN, BEGIN + hours * HOUR, every)]
    probes = [Request(at, 1, method="GET", path="/health", agent="probe")
              for at in range(BEGIN, BEGIN + hours * HOUR, dice.choice([30, 60, 100]) * SECOND)]
    silent = lambda at: any(first <= at < last for first, last in silences)
    lines = [request for request in requests + probes if request.arrived and not silent(request.written(format))]
    lines.sort(key=lambda request: request.start + request.took)
    zone = timezone(timedelta(minutes=dice.choice([0, 0, 540, -300, 330])))
    edge, rows = dice.random() < 0.5, export(dice, requests, moment)
    begin = moment() // MINUTE * MINUTE
    end = begin + dice.choice([7, 61, 240, 1500]) * MINUTE
    is_period = dice.random() < 0.5 and any(begin <= row.first < end for row in rows)
    return Scenario(format, zone, edge, lines, rows, (begin, end) if is_period else None)


def webhook(dice, start, outages):
    request = Request(
        start, dice.choice([5, 20, 80, 300, 900, 1699]), dice.choice([200] * 97 + [500, 204, 302]),
        method=dice.choice(["POST"] * 99 + ["GET"]), path=dice.choice(["/cb"] * 97 + ["/cb?x=1", "/other"]),
        agent=dice.choice(["LineBotWebhook/2.0"] * 97 + ["LineBotWebhook/1.0", "-", "curl/8 LineBotWebhook/2.0"]))
    changes = {"502": {"status": 502, "took": 5}, "404": {"status": 404}, "away": {"arrived": False},
               "hangs": {"gave_up": True, "took": dice.choice([1900, 1950])},
               "late": {"status": dice.choice([200, 503]), "took": 2400}}
    what = next((what for first, last, what in outages if first <= start < last), None)
    return request._replace(**changes[what]) if what else request


def export(dice, requests, moment):
    """LINE's rows: nearly all errors of the requests, and some that no request made."""
    errors = []
    for request in requests:
        if not request.arrived:
            what = ("could_not_connect", dice.choice(["Connection failed", "TLS handshake failure"]))
        elif request.gave_up or request.took >= LIMIT:
            what = ("request_timeout", "Request timeout")
        else:
            what = ("error_status_code", str(request.status))
        if what[1] not in ("200", "204") and dice.random() < 0.97:
            late = dice.choice([dice.randrange(-500, 3000)] * 9 + [dice.randrange(-90, 90) * SECOND])
            errors.append((request.start + min(request.took, LIMIT) + late, what))
    others = [("request_timeout", "Request timeout"), ("unclassified", "Session closed unexpectedly"),
              ("error_status_code", "503")]
    errors += [(moment(), dice.choice(others)) for _ in range(dice.choice([1, 3, 30]))]
    length, groups = dice.choice([1, 60, 200]) * SECOND, defaultdict(list)
    for at, what in errors:
        groups[what, at // length].append(at // SECOND * SECOND)
    return sorted(Row(min(times), max(times), *what, len(times)) for (what, _), times in groups.items())


def text(scenario, request):
    zone, end = scenario.zone, request.start + request.took
    at = lambda millis, zone: datetime.fromtimestamp(millis // SECOND, zone)
    clf = lambda millis, form="%d/%b/%Y:%H:%M:%S %z": at(millis, zone).strftime(form)
    utc = lambda millis: at(millis, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % SECOND:03d}000Z"
    values = {
        "ip": lambda: "192.0.2.7",
        "method": lambda: request.method,
        "path": lambda: request.path,
        "agent": lambda: request.agent,
        "status": lambda: scenario.format.gave_up if request.gave_up else str(request.status),
        "millis": lambda: str(request.took),
        "micros": lambda: f"{request.took}000",
        "seconds": lambda: f"{request.took / SECOND:.3f}",
        "epoch": lambda: f"{end / SECOND:.3f}",
        "start": lambda: clf(request.start),
        "start_exact": lambda: clf(request.start, "%d/%b/%Y:%H:%M:%S") + f".{request.start % SECOND:03d}",
        "end": lambda: clf(end),
        "iso": lambda: at(end, zone).isoformat(),
        "utc": lambda: utc(end),
        "began": lambda: utc(request.start),
    }
    return re.sub(r"\$(\w+)", lambda name: values[name[1]](), scenario.format.line) + "\n"


def write(scenario, folder, dice):
    rows = ["Date\tStart\tEnd\tReason\tDetail\tErrors\n"]
    for row in scenario.rows:
        first, last = (datetime.fromtimestamp(at // SECOND, JAPAN) for at in (row.first, row.last))
        rows.append(f"{first:%Y-%m-%d\t%H:%M:%S}\t{last:%H:%M:%S}\t{row.reason}\t{row.detail}\t{row.errors}\n")
    (folder / "errors.tsv").write_text("".join(rows))
    lines = [text(scenario, request) for request in scenario.requests]
    # One file or a rotated set, and perhaps a copy of a part.
    cuts = [0, *sorted(dice.sample(range(len(lines)), dice.choice([0, 0, 1, 3]))), len(lines)]
    parts = {f"access.log.{len(cuts) - at}": lines[cuts[at]:cuts[at + 1]] for at in range(len(cuts) - 1)}
    if dice.random() < 0.3:
        parts["kept.log"] = lines[len(lines) // 3:len(lines) // 2]
    for name, part in parts.items():
        data, packed = "".join(part).encode(), dice.random() < 0.3
        (folder / "logs" / (name + ".gz" * packed)).write_bytes(gzip.compress(data, 1) if packed else data)


class Line(NamedTuple):
    """A request as its line tells it."""
    start: int
    took: int | None
    status: int | None
    verdict: str | int

    @staticmethod
    def of(format, request):
        took = request.took if format.timed else None
        at = request.written(format)
        status = int(format.gave_up) if request.gave_up else request.status
        status = status if status > 0 else None
        verdict = {499: "timeout", 460: "timeout", None: "timeout"}.get(status)
        if took is not None and took >= SLOW:
            verdict = "timeout"
        elif verdict is None and 200 <= status < 300:
            verdict = "ok_or_slow" if took is None else "ok"
        return Line(at - took if format.stamp == "end" and took else at, took, status, verdict or status)


def judge(scenario):
    format, (begin, end) = scenario.format, scenario.bounds
    first, last = scenario.rows[0].first, scenario.rows[-1].first
    rows = [row for row in scenario.rows if begin <= row.first < end]
    alive = spans(sorted(request.written(format) for request in scenario.requests))
    heard = {cell for first, last in alive for cell in range((first - TOLERANCE) // CELL + 1, (last + TOLERANCE) // CELL)}
    is_of_line = lambda of: of.path.startswith("/cb") if format.bare else of.agent.startswith("LineBotWebhook/")
    lines = [Line.of(format, of) for of in scenario.requests if of.method == "POST" and is_of_line(of)]
    failed = defaultdict(list)
    for line in lines:
        failed[line.verdict].append(line.start // SECOND * SECOND)
    lines = [line for line in lines if begin <= line.start < end]
    both = heard & set(range(max(first, begin) // CELL, min(last, end - 1) // CELL + 1))
    errors = Counter()
    for row in rows:
        errors[row.reason] += row.errors if row.first // CELL in both else 0
    # What failed between two lines, while nothing was written, was tried at least once each.
    between = range(min(heard), max(heard)) if heard else ()
    unlogged = sum(row.errors for row in rows if row.first // CELL in between and row.first // CELL not in heard)
    attempts = sum(line.start // CELL in both for line in lines) + errors["could_not_connect"] + unlogged
    failed_all = errors.total() + unlogged
    least, most = (max(attempts + more, failed_all) for more in (0, errors["unclassified"]))
    took = sorted(line.took for line in lines) if format.timed else []
    return {
        "requests": len(lines),
        "by_status": Counter(line.status for line in lines),
        "by_verdict": Counter(line.verdict if isinstance(line.verdict, str) else "status" for line in lines),
        "slow": sum(line.verdict == "timeout" for line in lines) if took else None,
        "took": [took[ceil(len(took) * share) - 1] for share in (0.5, 0.95, 0.99, 1)] if took else None,
        "hours": {hour: sum(line.start // HOUR == hour for line in lines) for hour in range(begin // HOUR, -(-end // HOUR))
                  if heard & set(range(max(hour * HOUR, begin) // CELL, -(-min(hour * HOUR + HOUR, end) // CELL)))},
        "silent": [(before[1] // SECOND, after[0] // SECOND) for before, after in zip(alive, alive[1:])],
        "rate": (failed_all, least, most if scenario.edge and not unlogged else None) if least else None,
        "matches": {kind: match(kind, found, failed, heard) for kind, found in by_kind(rows).items()},
    }


def spans(times):
    """When anything was written; five minutes without a line are silent."""
    found = [[times[0], times[0]]]
    for at in times:
        if at - found[-1][1] < SILENCE:
            found[-1][1] = at
        else:
            found.append([at, at])
    return found


def by_kind(rows):
    """For each reason and detail its rows: first and last time, number."""
    kinds = defaultdict(list)
    for row in rows:
        kinds[row.reason, row.detail].append((row.first, row.last, row.errors))
    return kinds


def match(kind, found, failed, heard):
    """Errors at times that the log tells of, how many of them match, by chance up to how many, and whether that decides."""
    reason, detail = kind
    verdict = {"request_timeout": "timeout", "error_status_code": int(detail) if detail.isdigit() else None}.get(reason)
    shares = {}
    for hours in range(-24, 25):
        moved = hours * HOUR
        known = [span for span in found if (span[0] - moved) // CELL in heard]
        shares[hours] = pairs(known, [at + moved for at in sorted(failed[verdict])]), sum(span[2] for span in known)
    matched, errors = shares.pop(0)
    by_chance = [pairs / known for pairs, known in shares.values() if known and known >= 0.5 * errors]
    chance = max(by_chance, default=None)
    decided = errors >= 10 and matched >= 0.8 * errors and chance is not None and matched / errors >= 2 * chance
    return errors, matched, None if chance is None else int(chance * errors + 0.5), decided


def pairs(found, free):
    """The most pairs of an error and a request in reach: of the errors that must be served first, each takes the first."""
    count, free = 0, list(free)
    for first, last, errors in sorted(found, key=lambda span: span[1]):
        for _ in range(errors):
            at = bisect_left(free, first - TOLERANCE)
            if at == len(free) or free[at] > last + TOLERANCE:
                break
            del free[at]
            count += 1
    return count


def asked(program, scenario, folder):
    format = scenario.format
    call = [program, "summary", "errors.tsv", "--access-log", "logs", "--format", "json", "--window", "hour", "--quiet"]
    call += ["--log-format", format.option] if format.option else []
    call += ["--webhook-path", "/cb", "--log-timezone", f"{datetime.now(scenario.zone):%z}"] if format.bare else []
    call += ["--log-is", "edge"] if scenario.edge else []
    edge = lambda at: f"{datetime.fromtimestamp(at // SECOND, JAPAN):%Y-%m-%dT%H:%M}"
    call += ["--period", "..".join(map(edge, scenario.period))] if scenario.period else []
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=60)
    if done.returncode:
        return f"exit code {done.returncode}: {done.stderr}"
    said = json.loads(done.stdout)
    log, rate = said["server_log"], said["server_log"]["rate"]
    second = lambda text: int(datetime.fromisoformat(text).timestamp())
    decided = lambda code: code not in ("undecided", "elsewhere", "not-in-log")
    return {
        "requests": log["requests"],
        "by_status": {row["status"]: row["requests"] for row in log["by_status"]},
        "by_verdict": {row["verdict"]: row["requests"] for row in log["by_verdict"]},
        "slow": None if log["slow"] is None else round(log["slow"] * log["requests"]),
        "took": [log["duration"][name] * SECOND for name in ("p50", "p95", "p99", "max")] if log["duration"] else None,
        "hours": {second(row["start"]) // 3600: row["requests"] for row in said["windows"]["buckets"]
                  if row["requests"] is not None},
        "silent": [(second(gap["start"]), second(gap["end"])) for gap in log["silent"]],
        "rate": (rate["errors"], rate["attempts_low"], rate["attempts_high"]) if rate else None,
        "matches": {(row["reason"], row["detail"]): (row["errors"], row["matched"], row["chance"], decided(row["code"]))
                    for row in log["matches"]},
    }


def tried(job):
    program, number = job
    scenario = random_scenario(number)
    with tempfile.TemporaryDirectory(prefix="errstat-logs-") as folder:
        (Path(folder) / "logs").mkdir()
        write(scenario, Path(folder), random.Random(str(number)))
        expected, said = judge(scenario), asked(program, scenario, folder)
    if isinstance(said, str):
        return f"{number}: {said}"
    # Durations are kept in steps of 4 %, and a line that tells a request's start is written when it ends.
    near = {
        "took": lambda a, b: abs(a - b) <= 0.021 * b + 0.5,
        "silent": lambda a, b: all(abs(x - y) <= 3 for x, y in zip(a, b)),
    }
    same = lambda key, a, b: a == b or a and b and len(a) == len(b) and key in near and all(map(near[key], a, b))
    wrong = [f"  {key}: expected {expected[key]}, got {said[key]}" for key in expected
             if not same(key, said[key], expected[key])]
    return "\n".join([f"{number}, {scenario.format.line}", *wrong]) if wrong else None


if __name__ == "__main__":
    trial.main(tried)
