from datetime import *
import zoneinfo

d = date(2024, 2, 29); print(d, repr(d), d.weekday(), d.isoweekday(), d.isocalendar(), d.toordinal(), d.strftime("%a %d %b %Y %j %U %W %G-W%V"), d.replace(year=2023, day=1), d + timedelta(1), d - date(2024, 1, 1), date.fromisoformat("2024-W09-4"), date.fromordinal(1), d < date(2025, 1, 1), date.min, date.max, date.resolution, d.timetuple()[:8], d.ctime(), f"{d:%Y/%m}", date.fromisocalendar(2020, 53, 5), hash(d) == hash(date(2024, 2, 29)))
t = time(12, 30, 15, 123456); print(t, repr(t), t.isoformat("milliseconds"), t.replace(hour=1), time.fromisoformat("04:05:06.5+02:00"), t < time(13), time(tzinfo=timezone.utc), bool(time(0)), t.strftime("%H.%M.%S.%f %p %I"))
dt = datetime(2024, 12, 31, 23, 59, 59, 999999); print(dt, repr(dt), dt + timedelta(microseconds=1), dt.date(), dt.time(), dt.isoformat(" ", "minutes"), dt - datetime(2024, 1, 1), datetime.combine(d, t), datetime.fromisoformat("20240102T030405Z"), datetime.strptime("3 Jan 2021 04:05 +0130", "%d %b %Y %H:%M %z"), dt.timestamp(), datetime.fromtimestamp(0, timezone.utc), datetime.fromtimestamp(1.5), dt.astimezone(timezone(timedelta(hours=-5, minutes=-30))), dt.strftime("%c | %x | %X | %y | %%"), dt.utctimetuple()[6:], dt == dt.replace(fold=1), datetime(1, 1, 1).strftime("%Y"))
td = timedelta(days=1, hours=2, seconds=-5, microseconds=3); print(td, repr(td), td.total_seconds(), -td, abs(-td), td * 2.5, td / timedelta(hours=1), td // 7, divmod(td, timedelta(hours=5)), td % timedelta(minutes=7), timedelta(-1), timedelta(weeks=1, milliseconds=1), str(timedelta(days=-1, seconds=1)), timedelta.max, td > timedelta(0), bool(timedelta()), hash(timedelta(1)) == hash(timedelta(hours=24)), timedelta(0.1), td / 3)
utc = timezone.utc; e = timezone(timedelta(hours=1), "CET"); a = datetime(2024, 6, 1, 12, tzinfo=utc); print(utc, repr(e), e, a.astimezone(e), a == a.astimezone(e), a.utcoffset(), a.tzname(), timezone(timedelta(seconds=3661)), a.isoformat(), hash(a) == hash(a.astimezone(e)), a - a.astimezone(e), UTC is utc)
class Tz(tzinfo):
    def utcoffset(self, d): return timedelta(hours=2)
    def dst(self, d): return timedelta(hours=1)
    def tzname(self, d): return "XX"
x = datetime(2024, 1, 1, tzinfo=Tz()); print(x, x.dst(), x.strftime("%Z %z %:z"), x.astimezone(utc), x.timetz(), x.timetuple().tm_isdst)
for bad in [lambda: date(2023, 2, 29), lambda: date(0, 1, 1), lambda: time(24), lambda: datetime(1, 1, 1) - timedelta(1), lambda: dt < a, lambda: dt - a, lambda: d < 5, lambda: timedelta(days=10**10), lambda: date.fromisoformat("2024-13-01"), lambda: datetime.strptime("x", "%Y"), lambda: timezone(timedelta(days=1)), lambda: datetime.fromtimestamp(1e20), lambda: d + 1, lambda: datetime("x"), lambda: datetime.strptime("2024 1", "%Y"), lambda: date(1, 2), lambda: time(1, fold=2), lambda: td / 0, lambda: datetime.fromisoformat("nope")]:
    try: print(bad())
    except Exception as err: print(type(err).__name__, err)
import pickle, copy; print(pickle.loads(pickle.dumps([d, t, dt, td, utc, a])) == [d, t, dt, td, utc, a], copy.deepcopy(x).tzname())
class Sub(datetime):
    def __str__(self): return "sub"
print(Sub(2024, 1, 1) + timedelta(1), type(Sub(2024, 1, 1).replace(day=2)).__name__, type(Sub.now()).__name__, datetime.now(utc).tzinfo, date.today() >= date(2020, 1, 1))
try:
    b = zoneinfo.ZoneInfo("Europe/Berlin")
except zoneinfo.ZoneInfoNotFoundError:
    print("no data")
else:
    print("data")
try: zoneinfo.ZoneInfo("No/Where")
except zoneinfo.ZoneInfoNotFoundError as err: print(err)
