import glob, fnmatch, os, os.path as p, pathlib, shutil, stat, tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath

os.makedirs("d/e/f"); open("d/a.txt", "w").write("A"); open("d/e/b.py", "w").write("BB"); os.symlink("a.txt", "d/link")
print(sorted(os.listdir("d")), [(r, sorted(ds), sorted(fs)) for r, ds, fs in os.walk("d")], sorted((e.name, e.is_dir(), e.is_symlink(), e.stat().st_size if e.is_file() else -1) for e in os.scandir("d")))
st = os.stat("d/a.txt"); print(st.st_size, stat.S_ISREG(st.st_mode), stat.filemode(0o100644), stat.filemode(0o40755), os.readlink("d/link"), p.islink("d/link"), os.lstat("d/link").st_size)
os.rename("d/a.txt", "d/c.txt"); os.chmod("d/c.txt", 0o600); print(oct(os.stat("d/c.txt").st_mode & 0o777), p.exists("d/link"), p.lexists("d/link"), os.access("d/c.txt", os.R_OK)); os.utime("d/c.txt", (1, 10**9)); print(p.getmtime("d/c.txt"), os.stat("d/c.txt").st_mtime_ns)
for bad in [lambda: os.mkdir("d"), lambda: os.rmdir("d"), lambda: os.remove("zz"), lambda: os.listdir("d/c.txt"), lambda: os.open("q", os.O_RDONLY), lambda: os.makedirs("d/e"), lambda: os.rename("no", "x"), lambda: os.stat("a\0b"), lambda: os.getenv(3), lambda: os.close(999)]:
    try: bad()
    except Exception as e: print(type(e).__name__, e)
os.environ["TP"] = "v"; print(os.getenv("TP"), os.environ.get("NOPE", "d"), os.path.expandvars("$TP/${TP}x$Q"), os.environ.pop("TP"), "TP" in os.environ, os.sep, os.linesep.encode(), os.name, os.curdir)
fd = os.open("raw", os.O_RDWR | os.O_CREAT); print(os.write(fd, b"hello"), os.lseek(fd, 1, 0), os.read(fd, 3), os.fstat(fd).st_size, os.pread(fd, 2, 3), os.isatty(fd), os.get_inheritable(fd)); os.ftruncate(fd, 2); os.close(fd); print(os.path.getsize("raw"))
print(p.join("a", "/b", "c"), p.join("a", "b/"), p.split("/x/y.z"), p.splitext("a.tar.gz"), p.splitext(".rc"), p.basename("a/"), p.dirname("/a/b"), p.normpath("a//b/../c/."), p.isabs("/a"), p.relpath("/a/b", "/a/c"), p.commonpath(["/a/b", "/a/c"]), p.commonprefix(["abc", "abd"]), p.splitroot("//a/b"), p.expanduser("~/x") == os.environ["HOME"] + "/x")
print(sorted(glob.glob("d/**/*.*", recursive=True)), glob.glob("d/?.txt"), fnmatch.fnmatch("a.py", "*.py"), fnmatch.filter(["a", "b1"], "[!a]*"), fnmatch.translate("a*[b-d]?.x"), glob.escape("a[b]*"), fnmatch.filterfalse(["a", "b"], "a"))
q = Path("d"); print(q / "e" / "b.py", (q / "e/b.py").read_text(), sorted(map(str, q.rglob("*"))), sorted(map(str, q.glob("*/*.py"))), q.is_dir(), (q / "new").write_text("n"), (q / "new").exists(), (q / "new").unlink(), (q / "new").exists(), q.joinpath("x", "y"), Path("d/c.txt").stat().st_size, Path().resolve() == Path.cwd(), Path("d/link").is_symlink())
a = PurePosixPath("/usr/lib/python3.14/os.tar.gz"); print(a.name, a.stem, a.suffix, a.suffixes, a.parent, a.parts, a.root, a.with_suffix(".py"), a.with_name("x"), a.with_stem("s"), a.relative_to("/usr"), a.is_relative_to("/etc"), a.match("*.gz"), list(a.parents)[-1], repr(a), a < PurePosixPath("/z"), hash(a) == hash(PurePosixPath(str(a))), a.full_match("/usr/**/*.gz"))
w = PureWindowsPath(r"C:\a\b.txt"); print(w.drive, w.parts, w.as_posix(), w == PureWindowsPath("c:/A/B.TXT"), PurePosixPath("a/../b/./c"), PurePosixPath("a").relative_to("b", walk_up=True), PurePosixPath("") , Path.from_uri("file:///x%20y"))
for bad in [lambda: a.relative_to("/etc"), lambda: a.with_name(""), lambda: Path("zz").read_text(), lambda: PurePosixPath(3), lambda: a / 3]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
shutil.copy("d/c.txt", "copy"); os.remove("d/link"); shutil.copytree("d", "dd"); shutil.move("copy", "dd/moved"); print(sorted(os.listdir("dd")), shutil.which("sh") is not None, shutil.disk_usage(".").total > 0); shutil.rmtree("dd"); print(p.exists("dd"))
shutil.make_archive("arc", "zip", "d"); shutil.unpack_archive("arc.zip", "un"); print(sorted(os.listdir("un")))
with tempfile.TemporaryDirectory() as t, tempfile.NamedTemporaryFile(dir=t, suffix=".x") as f: f.write(b"1"); print(p.isdir(t), f.name.endswith(".x"), len(os.listdir(t)))
print(p.exists(t)); s = tempfile.SpooledTemporaryFile(max_size=4); s.write(b"12345"); s.seek(0); print(s.read(), s._rolled); fd, n = tempfile.mkstemp(); os.close(fd); os.unlink(n)
print(os.fspath(Path("x")), os.fsencode("é"), os.fsdecode(b"\xff") == "\udcff", os.getcwd() == str(Path.cwd()), os.cpu_count() > 0, len(os.urandom(5)), os.get_terminal_size.__name__, os.path.samefile("d", "./d"), os.strerror(2), os.umask(0o22) >= 0)
