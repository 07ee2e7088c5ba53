import email, email.message, email.policy, html.parser, http, http.cookies, io, json, mimetypes, quopri, sqlite3, xml.etree.ElementTree as ET, xml.dom.minidom, xml.sax

r = ET.fromstring('<root a="1"><c>t&amp;é</c>tail<d/><!-- x --><c n="2">u</c></root>'); print(r.tag, r.attrib, [e.text for e in r.iter("c")], r.find("c").tail, r.findall("c[@n='2']")[0].text, r.findtext("zz", "def"), ET.tostring(r), ET.tostring(r, "unicode", short_empty_elements=False), len(r), list(r.itertext())); ET.indent(r); print(ET.tostring(r, "unicode")); e = ET.SubElement(r, "new", k="v"); e.text = "<>"; r.remove(r.find("d")); print(ET.tostring(r, "unicode")[-40:], ET.canonicalize("<b  z='1' a='2'/>"))
try: ET.fromstring("<a><b></a>")
except ET.ParseError as err: print(err, err.position)
print([(ev, el.tag) for ev, el in ET.iterparse(io.BytesIO(b"<x><y/></x>"), ["start", "end"])], ET.fromstring('<p:a xmlns:p="urn:x"/>').tag, xml.dom.minidom.parseString("<a><b>t</b></a>").toprettyxml(indent=" ").splitlines()[1:])
class H(xml.sax.ContentHandler):
    def startElement(self, n, a): print("start", n, dict(a))
    def characters(self, c): print("chars", repr(c))
xml.sax.parseString(b"<q w='1'>text</q>", H())
class P(html.parser.HTMLParser):
    def handle_starttag(self, t, a): out.append((t, a))
    def handle_data(self, d): out.append(d)
    def handle_endtag(self, t): out.append("/" + t)
out = []; P().feed("<p class=x>Hi &lt;b&gt;<br/><img src='a'></p>"); print(out)
m = email.message_from_string("From: A <a@x.org>\nTo: b@y.org\nSubject: =?utf-8?q?caf=C3=A9?=\nContent-Type: text/plain; charset=utf-8\n\nBody\n", policy=email.policy.default); print(m["subject"], m["from"].addresses[0].username, m.get_content(), m.get_content_type(), m.keys()); n = email.message.EmailMessage(); n["Subject"] = "ü"; n.set_content("text\n"); n.add_attachment(b"bin", maintype="application", subtype="x", filename="f.bin"); print(n.is_multipart(), [p.get_content_type() for p in n.walk()], n.as_string().splitlines()[0])
c = http.cookies.SimpleCookie("a=1; b=\"x y\""); c["n"] = "v"; c["n"]["path"] = "/"; print(c["b"].value, c["n"].OutputString(), http.HTTPStatus.NOT_FOUND.phrase, http.HTTPStatus(200), mimetypes.guess_type("a.tar.gz"), quopri.encodestring("é=".encode()))
db = sqlite3.connect(":memory:"); db.row_factory = sqlite3.Row; db.execute("create table t(id integer primary key, n text, v real)"); db.executemany("insert into t(n, v) values(?, ?)", [("a", 1.5), ("b", None), ("c", 3)]); row = db.execute("select * from t where n = :n", {"n": "a"}).fetchone(); print(tuple(row), row["n"], row.keys(), [tuple(x) for x in db.execute("select n, v from t order by n desc")], db.total_changes); db.create_function("twice", 1, lambda x: x * 2); print(db.execute("select twice(21), count(*), sum(v) from t").fetchone()[:]); db.commit()
try: db.execute("bad sql")
except sqlite3.OperationalError as err: print(err)
try:
    with db: db.execute("insert into t values(9, 'z', 1)"); db.execute("insert into t values(9, 'dup', 1)")
except sqlite3.IntegrityError as err: print(err)
print(db.execute("select count(*) from t").fetchone()[0], list(db.iterdump())[1]); db.close()
