"""Holds errstat against the reference.

`run.py ERRSTAT FIRST COUNT` tries the fixed cases and so many random scenarios, from a number on.
"""

import json
import os
import random
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

import trial
from cases import CASES
from counting import Refused, judge, local
from scenarios import random_scenario, text_of, text_of_mail

PATIENCE = 60


def tried(job):
    program, which = job
    scenario, given = CASES[which] if which in CASES else (random_scenario(which), None)
    try:
        expected = judge(scenario)
    except Refused as why:
        expected = f"refused: {why}"
    if given is not None and given != (expected["errors"] if isinstance(expected, dict) else "refused"):
        return f"{which}: the reference says {expected} instead of {given}"
    faults = []
    with tempfile.TemporaryDirectory(prefix="errstat-reference-") as folder:
        write(scenario, Path(folder), random.Random(str(which)))
        fixed = given is not None
        rows = None  # Of the files given together; an archive has read as many.
        for way in ways(scenario, fixed, random.Random(str(which))):
            said = asked(program, scenario, folder, way)
            if isinstance(said, dict):
                rows = said["totals"]["rows"] if rows is None else rows
                if said["totals"]["rows"] != rows:
                    faults.append(f"  added one by one: {said['totals']['rows']} rows, {rows} as files")
            faults += [f"  {'added one by one' if way else 'files'}: {line}" for line in differences(expected, said)]
    return "\n".join([f"{which}:", *faults]) if faults else None


def write(scenario, folder, dice):
    for file in scenario.files:
        (folder / file.name).write_text(text_of(file, scenario.input_zone, dice))
    for index, mail in enumerate(scenario.mails):
        (folder / f"{index}.eml").write_text(text_of_mail(mail, scenario.input_zone))


def inputs(scenario):
    return [file.name for file in scenario.files] + [f"{index}.eml" for index in range(len(scenario.mails))]


def ways(scenario, fixed, dice):
    """The inputs given together (None), and mostly also added to an archive, one by one in a random order."""
    yield None
    # An archive keeps each error once: nothing can be added up any more.
    if scenario.overlap != "sum" and (fixed or dice.random() < 0.5):
        yield dice.sample(inputs(scenario), len(inputs(scenario)))


def asked(program, scenario, folder, order):
    labels = [word for (id, name), glob in scenario.labels
              for word in ("--channel", (name or id) + (f"={glob}" if glob else ""))]
    zones = ["--input-timezone", scenario.input_zone, "--timezone", scenario.zone]
    given = inputs(scenario) + labels
    if order is not None:
        for name in order:
            done = call(program, scenario, folder, ["archive", "add", "--archive", "archive", name, *zones, *labels])
            if isinstance(done, str):
                return "unlabelled" if "--channel NAME" in done else done
        given = ["archive"]
        # An archive knows the zone of its inputs, where that matters.
        zones = zones[2:]
    said = call(program, scenario, folder, [
        "summary", *given, *zones, "--format", "json", "--as-of", local(scenario.as_of, "UTC").isoformat(), "--period",
        scenario.period, "--window", scenario.window, "--overlap", scenario.overlap,
        *[word for key, value in scenario.only for word in ("--only", f"{key}={value}")],
        *[word for key, value in scenario.exclude for word in ("--exclude", f"{key}={value}")]])
    if order is not None and isinstance(said, dict) and scenario.overlap == "auto":
        said["info"] = call(program, scenario, folder, ["archive", "info", "--archive", "archive", "--format", "json"])
    return said


def call(program, scenario, folder, arguments):
    """What it prints; where it ends with 2, the sentence."""
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "SOURCE_DATE_EPOCH": str(scenario.as_of)}
    done = subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=PATIENCE)
    if done.returncode == 0:
        return json.loads(done.stdout) if done.stdout else {}
    return f"refused: {done.stderr.strip()}" if done.returncode == 2 else f"exit code {done.returncode}: {done.stderr}"


def differences(expected, said):
    if said == "unlabelled":
        return []
    if isinstance(said, str) or isinstance(expected, str):
        both = isinstance(said, str) and isinstance(expected, str) and said.startswith("refused")
        return [] if both else [f"expected {expected}, got {said if isinstance(said, str) else said['totals']}"]
    at = lambda text: int(datetime.fromisoformat(text).timestamp())
    hours = {(day, hour): errors for day, hours in enumerate(said["heatmap"]["hours"])
             for hour, errors in enumerate(hours) if errors}
    got = {
        "errors": said["totals"]["errors"],
        "by_detail": {(row["reason"], row["detail"]): row["errors"] for row in said["by_detail"] if row["errors"]},
        "by_channel": {row["channel"]: row["errors"] for row in said["by_channel"] if row["errors"]},
        "windows": {at(row["start"]): row["errors"] for row in said["windows"]["buckets"] if row["errors"]},
        "heatmap": hours if said["heatmap"]["hours"] else expected["heatmap"],
        "previous": said["totals"]["previous_errors"],
    }
    for key in ("exported", "mailed"):
        got[key] = expected[key]
        if "info" in said:
            got[key] = {row["channel"]: row[key] for row in said["info"]["channels"] if row[key]}
    if got["previous"] is None and not expected["previous"]:
        got["previous"] = expected["previous"]
    return [f"{key}: expected {expected[key]}, got {got[key]}" for key in got if got[key] != expected[key]]


if __name__ == "__main__":
    trial.main(tried, CASES)
