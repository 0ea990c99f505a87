"""Every scenario that ever came out wrong, small: the rule it shows, and its right number of errors (or `refused`)."""

from datetime import date, time, timedelta

from counting import NOBODY, File, Mail, Row, Scenario, instant

DAY = date(2025, 11, 15)
SHOP, STORE, NEWS = ("1234567890", "shop"), ("1234567890", "store"), ("2345678901", "news")
NAMED = (None, "shop")


def at(days, clock="00:00:00", zone="Asia/Tokyo"):
    return instant(DAY + timedelta(days=days), time.fromisoformat(clock), zone)


def rows(channel, *told, detail="502"):
    """Rows of (days, clock, errors)."""
    return [Row(at(days, clock), "error_status_code", detail, errors, channel) for days, clock, errors in told]


def minutes(channel, hour, first, errors):
    """Five minutes from the given one on, and what shows that the file tells minutes."""
    return rows(channel, *[(0, f"{hour}:{first + n:02}", errors) for n in range(5)])


def scenario(*files, **more):
    return Scenario(list(files), **{"as_of": at(10), **more})


def hourly(name, channel, first, last):
    every = [(day, f"{hour:02}:00:07", 1) for day in range(first, last) for hour in range(24)]
    return File(name, rows(channel, *every), "second")


def mail(days, clock, errors, channel=SHOP, precision="second"):
    return Mail(at(days, clock), "error_status_code", "500", errors, channel, precision)


SECONDS = File("s.tsv", rows(SHOP, (1, "12:00:05", 10), (2, "12:00:05", 10)), "second")
DAYS = File("d.tsv", rows(SHOP, (1, "00:00", 8), (2, "00:00", 8)), "day")
AUTUMN = instant(date(2025, 11, 2), time(0, 30, 5), "America/New_York") + 3600
RENAMED = [File("old.tsv", rows(SHOP, (0, "10:00:01", 3), (1, "10:00:01", 5)), "second"),
           File("new.tsv", rows(STORE, (1, "10:00:01", 5), (2, "10:00:01", 5)), "second")]
TWO_IDS = File("two.tsv", rows(SHOP, (0, "10:00:01", 3)) + rows(("2345678901", "shop"), (0, "11:00:01", 4)), "second")

CASES = {
    "1: files alike in a chain are the named channel's":
        (scenario(hourly("a.tsv", NAMED, 0, 3), hourly("b.tsv", NOBODY, 2, 5), hourly("c.tsv", NOBODY, 4, 7)), 168),
    "1: an id under two names, and a copy under its old name":
        (scenario(*RENAMED, File("copy.tsv", rows(NOBODY, (0, "10:00:01", 3), (2, "10:00:01", 5)), "second"),
                  labels=[(NAMED, "copy*")]), 13),
    "1: an id under two names at one moment of one file, and once more in another":
        (scenario(File("a.tsv", rows(SHOP, (0, "10:00:01", 3)) + rows(STORE, (0, "10:00:01", 4)), "second"),
                  File("b.tsv", rows(STORE, (0, "10:00:01", 5), (1, "10:00:01", 1)), "second")), 8),
    "1: a name that two ids bear":
        (scenario(TWO_IDS, File("name.tsv", rows(NAMED, (2, "10:00:01", 2)), "second")), "refused"),
    "1: blank cells of a file that names one channel":
        (scenario(File("a.tsv", rows(SHOP, (0, "10:00:01", 3)) + rows(NOBODY, (0, "10:00:01", 2), (1, "10:00:01", 4)),
                       "second")), 9),
    "1: two names that look like one with its id":
        (scenario(File("a.tsv", rows(NAMED, (0, "10:00:01", 10)), "second"),
                  File("b.tsv", rows((None, "shop (2024)"), (0, "10:00:01", 7)), "second")), 17),
    "1: unlike files without a channel that meet":
        (scenario(File("a.tsv", rows(NOBODY, (0, "10:00:01", 3), (0, "11:00:01", 3)), "second"),
                  File("b.tsv", rows(NOBODY, (0, "10:30:01", 3), (0, "11:00:01", 3)), "second")), "refused"),
    "2: a third, coarser file takes nothing away":
        (scenario(File("s.tsv", rows(SHOP, *[(0, f"10:1{n}:07", 4) for n in range(5)]), "second"),
                  File("m.tsv", minutes(SHOP, "10", 31, 5), "minute"),
                  File("d.tsv", rows(SHOP, (0, "00:00", 5), (1, "00:00", 3)), "day")), 48),
    "2: seconds beside days, cut at 00:02": (scenario(SECONDS, DAYS, period="24h", as_of=at(3, "00:02:00")), 10),
    "2: an hour that the clock shows twice is two":
        (Scenario([File("a.tsv", [Row(AUTUMN, "error_status_code", "502", 3, SHOP)], "second"),
                   File("b.tsv", [Row(AUTUMN + 3600, "error_status_code", "502", 4, SHOP)], "second")],
                  zone="America/New_York", input_zone="America/New_York", as_of=AUTUMN + 864_000, window="hour"), 7),
    "2: days of another zone than the console's":
        (Scenario([File("d.tsv", [Row(at(n, zone="America/New_York"), "request_timeout", "Request timeout", 2 + n, SHOP)
                                  for n in range(3)], "day")],
                  zone="America/New_York", input_zone="America/New_York", as_of=at(10), period=f"{DAY}..{DAY}"), 2),
    "3: a promise that is not believed covers nothing":
        (scenario(File("errors-2099-12-31.tsv", rows(SHOP, (0, "10:00:01", 4)), "second", 4_102_326_000),
                  mails=[mail(2, "09:00:00", 7)]), 11),
    "3: mails from before and after a renaming":
        (scenario(*RENAMED, mails=[mail(1, "10:00:00", 6), mail(1, "11:00:00", 6, STORE), mail(3, "10:00:00", 2, STORE),
                                   mail(-1, "10:00:00", 1)]), 16),
    "3: another channel's rows in the file cover nothing":
        (scenario(File("a.tsv", rows(SHOP, (0, "10:00:01", 1), (4, "10:00:01", 1)) + rows(NEWS, (0, "10:00:01", 1)),
                       "second"), mails=[mail(2, "10:00:00", 7, NEWS), mail(2, "10:00:00", 9)]), 10),
    "3: a mail to the minute beside one to the second":
        (scenario(File("a.tsv", rows(SHOP, (0, "10:00:30", 1)), "second"),
                  mails=[mail(0, "10:00:00", 2, precision="minute"), mail(0, "10:00:45", 4)]), 5),
}
