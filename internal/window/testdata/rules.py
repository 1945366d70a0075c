"""Writes rules.txt: recurrences as python-dateutil 2.9.0 has them.

Where dateutil departs from RFC 5545 nothing is asked: WEEKLY with BYSETPOS from
the middle of a week, and BYWEEKNO -52 and -53 (days of January).
"""

import datetime
import itertools
import random
import signal

from dateutil import rrule

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
rnd = random.Random(5545)


def numbers(low, high, most):
    return sorted({rnd.choice([n for n in range(low, high + 1) if n or low == 0]) for _ in range(rnd.randint(1, most))})


def text(values):
    return ",".join(str(v) for v in values)


def draw():
    freq = rnd.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts, start = {"FREQ": freq}, datetime.datetime(rnd.randint(1970, 2060), 1, 1) + datetime.timedelta(
        days=rnd.randint(0, 366), minutes=rnd.randint(0, 1439))
    if rnd.random() < 0.5:
        parts["INTERVAL"] = rnd.choice([1, 2, 2, 3, 4, 5, 7, 12])
    if rnd.random() < 0.3:
        parts["WKST"] = rnd.choice(DAYS)
    if rnd.random() < 0.3:
        parts["BYMONTH"] = text(numbers(1, 12, 5))
    weeks = freq == "YEARLY" and rnd.random() < 0.3
    if weeks:
        parts["BYWEEKNO"] = text(numbers(-51, 53, 4))
    if freq == "YEARLY" and not weeks and rnd.random() < 0.25:
        parts["BYYEARDAY"] = text(numbers(-366, 366, 8))
    if freq != "WEEKLY" and not weeks and rnd.random() < 0.3:
        parts["BYMONTHDAY"] = text(numbers(-31, 31, 8))
    if weeks or rnd.random() < 0.5:
        days = rnd.sample(DAYS, rnd.randint(1, 4))
        if freq in ("MONTHLY", "YEARLY") and not weeks and rnd.random() < 0.6:
            most = 5 if freq == "MONTHLY" or "BYMONTH" in parts else 53
            days = [str(rnd.choice([n for n in range(-most, most + 1) if n])) + d for d in days]
        parts["BYDAY"] = ",".join(days)
    if rnd.random() < 0.25:
        parts["BYHOUR"] = text(numbers(0, 23, 3))
    if rnd.random() < 0.2:
        parts["BYMINUTE"] = text(numbers(0, 59, 3))
    if rnd.random() < 0.1:
        parts["BYSECOND"] = text(numbers(0, 59, 2))
    if rnd.random() < 0.3 and any(k.startswith("BY") for k in parts):
        if freq == "WEEKLY":
            first = DAYS.index(parts.get("WKST", "MO"))
            start -= datetime.timedelta(days=(start.weekday() - first) % 7)
        parts["BYSETPOS"] = text(numbers(-4, 4, 3))
    end = rnd.random()
    if end < 0.3:
        parts["COUNT"] = rnd.randint(1, 9)
    elif end < 0.5:
        until = start + datetime.timedelta(days=rnd.randint(1, 900), minutes=rnd.randint(0, 1439))
        parts["UNTIL"] = until.strftime("%Y%m%dT%H%M%S")
    return start, ";".join(f"{k}={v}" for k, v in parts.items())


def late(*_):
    raise TimeoutError


signal.signal(signal.SIGALRM, late)
with open("rules.txt", "w") as out:
    written = 0
    while written < 600:
        start, rule = draw()
        if start.year < 1970:
            continue
        signal.setitimer(signal.ITIMER_REAL, 1)
        try:
            found = [d for d in itertools.islice(rrule.rrulestr(rule, dtstart=start), 8) if d.year < 2100]
        except TimeoutError:
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if not found and rnd.random() < 0.9:
            continue
        out.write(" ".join([start.isoformat(), rule] + [d.isoformat() for d in found]) + "\n")
        written += 1
