"""The module datetime: arithmetic, comparison, formatting, parsing."""

from datetime import date, datetime, timedelta, timezone


def main():
    start = datetime(2020, 1, 1, tzinfo=timezone.utc)
    step = timedelta(hours=7, minutes=13)
    moments = [start + step * i for i in range(150_000)]
    print(max(moments) - min(moments), sum((m - start).days for m in moments))
    print(sum(m.weekday() for m in moments), len({m.date() for m in moments}))
    texts = [m.isoformat() for m in moments[:75_000]]
    print(sum(datetime.fromisoformat(t) == m for t, m in zip(texts, moments)))
    print(moments[77].strftime("%Y-%m-%d %H:%M:%S %A %j"), sum(len(m.strftime("%d.%m.%y")) for m in moments[:50_000]))
    east = timezone(timedelta(hours=9))
    print(sum(m.astimezone(east).hour for m in moments[:100_000]))
    day, fridays = date(1500, 1, 1), 0
    while day.year < 2000:
        if day.day == 13 and day.weekday() == 4:
            fridays += 1
        day += timedelta(days=1)
    print(fridays)
    parsed = [datetime.strptime(f"{d:02}/{d % 12 + 1:02}/20{d:02} 10:{d:02}", "%d/%m/%Y %H:%M") for d in range(1, 28)] * 2000
    print(max(parsed), sorted(moments, key=lambda m: (m.hour, m.minute, m))[5])


main()
