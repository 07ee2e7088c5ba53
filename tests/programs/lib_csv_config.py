import configparser, csv, io, shlex, getopt, optparse, tomllib, plistlib, urllib.parse as up, ipaddress, colorsys, numbers

rows = list(csv.reader(io.StringIO('a,b,c\n1,"x, y","q""q"\n"multi\nline",,\n'))); print(rows)
o = io.StringIO(); w = csv.writer(o, quoting=csv.QUOTE_MINIMAL); w.writerow([1, 'a"b', "c,d", None, 2.5, "line\n"]); w.writerows([["x"], [""]]); print(repr(o.getvalue()))
d = csv.DictReader(io.StringIO("n;v\nx;1\ny;2;extra\nz\n"), delimiter=";", restkey="more", restval="-"); print(list(d), d.fieldnames); o = io.StringIO(); dw = csv.DictWriter(o, ["a", "b"], extrasaction="ignore", lineterminator="|"); dw.writeheader(); dw.writerow({"a": 1, "c": 3}); print(o.getvalue())
for q in (csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE, csv.QUOTE_STRINGS, csv.QUOTE_NOTNULL):
    o = io.StringIO(); csv.writer(o, quoting=q, escapechar="\\").writerow(["a,b", 1, None]); print(o.getvalue().strip())
csv.register_dialect("mine", delimiter="\t", quotechar="'", skipinitialspace=True); print(list(csv.reader(["a\t 'b c'\td"], "mine")), "mine" in csv.list_dialects(), csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter, csv.Sniffer().has_header("name,n\nx,1\ny,2\n"), csv.field_size_limit())
for bad in [lambda: list(csv.reader(["a\0b", 'a"b"c"'], strict=True)), lambda: csv.writer(io.StringIO(), delimiter="ab"), lambda: dw.__class__(io.StringIO(), ["a"]).writerow({"z": 1}), lambda: csv.writer(io.StringIO(), quoting=csv.QUOTE_NONE).writerow(["a,b"]), lambda: csv.reader(3), lambda: csv.writer(io.StringIO()).writerow(5)]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
c = configparser.ConfigParser(allow_no_value=True); c.read_string("[DEFAULT]\nbase = /srv\n[one]\npath = %(base)s/x\nn: 5\nflag = yes\nlong = a\n  b\nnoval\n; comment\n[two]\n"); print(c.sections(), c["one"]["path"], c.getint("one", "n"), c.getboolean("one", "flag"), c["one"]["long"], c["one"]["noval"], c.get("two", "nope", fallback="fb"), dict(c["two"]), c.has_option("one", "base"), c.options("one")); c["new"] = {"k": "v"}; c.set("two", "z", "1"); c.remove_section("one"); o = io.StringIO(); c.write(o); print(o.getvalue())
for bad in [lambda: c.get("zz", "k"), lambda: c.get("two", "q"), lambda: c.read_string("x = 1"), lambda: c.read_string("[a]\n[a]"), lambda: c.getint("new", "k"), lambda: c.read_string("[s]\nv=%(no)s") or c["s"]["v"]]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, str(e).splitlines()[0])
e = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation()); e.read_dict({"a": {"x": "1"}, "b": {"y": "${a:x}2"}}); print(e["b"]["y"])
print(shlex.split("a 'b c' \"d\\\"e\" f\\ g # h", comments=True), shlex.quote("a b'c"), shlex.join(["x y", "z"]), list(shlex.shlex("a=b;c", punctuation_chars=True)), getopt.getopt(["-a", "1", "--long=2", "rest"], "a:b", ["long="]), getopt.gnu_getopt(["x", "-b"], "b"))
try: getopt.getopt(["-z"], "a")
except getopt.GetoptError as err: print(err, err.opt)
p = optparse.OptionParser("usage: %prog [x]", prog="tool"); p.add_option("-n", type="int", default=1, help="num"); p.add_option("--flag", action="store_true"); print(p.parse_args(["-n", "3", "--flag", "arg"]), p.format_help().splitlines()[0])
print(tomllib.loads('a = 1\nb = [1.5, "x", true]\n[t.u]\nd = 2024-01-02T03:04:05Z\ns = """m\nl"""\ni = {x = 0xff, y = 1e3}\n[[arr]]\nk = 1\n[[arr]]\n'))
for bad in ["a = ", "a = 1\na = 2", "[x", "a = 01"]:
    try: tomllib.loads(bad)
    except tomllib.TOMLDecodeError as err: print(err)
print(plistlib.loads(plistlib.dumps({"a": [1, 2.5, b"d", True, "s"]})), plistlib.dumps({"k": 1}, fmt=plistlib.FMT_BINARY)[:8])
u = up.urlparse("http://user:pw@host.org:8080/p/a;x?q=1&r=a%20b&q=2#frag"); print(u, u.hostname, u.port, up.parse_qs(u.query), up.parse_qsl("a=1&b=&c", keep_blank_values=True), up.urlunparse(u), up.urljoin("http://a/b/c/d", "../e?x"), up.quote("a b/ç?"), up.quote_plus("a b&"), up.unquote("%E4%BD%A0+x"), up.urlencode({"a": [1, 2], "b": "x y"}, doseq=True), up.urlsplit("//h/p").netloc, up.urldefrag("a#b"))
print(ipaddress.ip_address("192.168.0.1").is_private, list(ipaddress.ip_network("10.0.0.0/30").hosts()), ipaddress.ip_address("::1"), ipaddress.ip_network("2001:db8::/32").num_addresses, ipaddress.ip_interface("1.2.3.4/24").network, list(ipaddress.collapse_addresses([ipaddress.ip_network("10.0.0.0/25"), ipaddress.ip_network("10.0.0.128/25")])), int(ipaddress.ip_address("1.2.3.4")), ipaddress.IPv6Address("2001:db8::1").exploded)
for bad in ["1.2.3", "1.2.3.256", "10.0.0.1/24"]:
    try: ipaddress.ip_network(bad)
    except ValueError as err: print(err)
print(colorsys.rgb_to_hsv(1, 0.5, 0), isinstance(3, numbers.Integral), isinstance(1.5, numbers.Rational), issubclass(complex, numbers.Number))
