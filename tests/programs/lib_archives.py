import bz2, gzip, io, lzma, os, tarfile, zipfile, zlib

d = b"hello hello hello " * 50
for mod in (zlib, bz2, lzma): c = mod.compress(d); print(mod.__name__, mod.decompress(c) == d, len(c) < len(d))
print(zlib.decompress(zlib.compress(d, 9)) == d, zlib.crc32(d), zlib.adler32(d), zlib.compress(b""), zlib.decompress(zlib.compress(b"x", wbits=-15), -15), zlib.compress(b"a" * 100, 0)[:4].hex())
c = zlib.compressobj(6); parts = c.compress(d[:100]) + c.flush(zlib.Z_SYNC_FLUSH) + c.compress(d[100:]) + c.flush(); u = zlib.decompressobj(); print(u.decompress(parts, 20), len(u.unconsumed_tail) > 0, len(u.decompress(u.unconsumed_tail)), u.eof, u.unused_data, u.flush())
for bad in [lambda: zlib.decompress(b"junk"), lambda: zlib.decompress(zlib.compress(d)[:-3]), lambda: gzip.decompress(b"xx"), lambda: bz2.decompress(b"zz"), lambda: lzma.decompress(b"zz"), lambda: zlib.compress("s"), lambda: zlib.compress(d, 99), lambda: zipfile.ZipFile(io.BytesIO(b"no")), lambda: tarfile.open(fileobj=io.BytesIO(b"no"))]:
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
with gzip.open("f.gz", "wt") as f: f.write("text\nlines\n")
print(gzip.open("f.gz", "rt").readlines(), gzip.decompress(gzip.compress(d, mtime=0)) == d, gzip.compress(b"x", mtime=0)[:4].hex())
with gzip.GzipFile("g.gz", "wb", mtime=0) as f: f.write(d); f.flush()
with gzip.open("g.gz") as f: f.seek(6); print(f.read(5), f.tell(), f.peek(3)[:3])
with bz2.open("f.bz2", "wb") as f: f.write(d)
with lzma.open("f.xz", "wb") as f: f.write(d)
print(bz2.open("f.bz2").read() == d, lzma.open("f.xz").read() == d, bz2.BZ2Decompressor().decompress(bz2.compress(b"q")), lzma.LZMADecompressor().decompress(lzma.compress(b"q", format=lzma.FORMAT_ALONE)))
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z: z.writestr("dir/x.txt", "content"); z.writestr(zipfile.ZipInfo("y.bin", (1990, 1, 2, 3, 4, 6)), d); z.mkdir("sub")
with zipfile.ZipFile("a.zip") as z: print(z.namelist(), z.read("dir/x.txt"), z.getinfo("y.bin").date_time, z.testzip(), [(i.filename, i.file_size, i.is_dir()) for i in z.infolist()], zipfile.is_zipfile("a.zip")); z.extractall("out"); print(z.open("dir/x.txt").readline(), zipfile.Path(z, "dir/").joinpath("x.txt").read_text())
try: zipfile.ZipFile("a.zip").read("nope")
except KeyError as e: print(e)
with tarfile.open("t.tar.gz", "w:gz") as t: t.add("out/dir/x.txt", "in/x.txt"); i = tarfile.TarInfo("mem"); i.size = 3; i.mode = 0o600; t.addfile(i, io.BytesIO(b"abc"))
with tarfile.open("t.tar.gz") as t: print(t.getnames(), t.extractfile("mem").read(), oct(t.getmember("mem").mode), t.getmember("in/x.txt").isfile()); t.extractall("tarout", filter="data"); print(os.listdir("tarout/in"), tarfile.is_tarfile("t.tar.gz"))
