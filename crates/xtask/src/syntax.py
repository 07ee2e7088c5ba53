# Prints sources and what the reference makes of them, for syntax.rs: N damaged statements, then whole files.
import ast, os, random, re, sys, sysconfig, textwrap

damage, seed, files = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
random.seed(seed)
out = open(sys.stdout.fileno(), "w", encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False)
lib = sysconfig.get_path("stdlib")
if not files:
    for folder, folders, names in os.walk(lib):
        folders[:] = sorted(set(folders) - {"__pycache__", "site-packages"})
        files += [os.path.join(folder, name) for name in sorted(names) if name.endswith(".py")]

PIECES = """( ) [ ] { } , : := = == . * ** / -> @ not in is and or if else elif for while try except finally with as def class
lambda return yield await async import from del global pass break match case type _ x 1 "s" f"{x}" f"{ }" None True print
" ! $ ? 0777 1_ b"x" t"{x}" ; ... + - ~ < > <> != \\ é #c raise assert""".split() + ["\n", "\n    ", "\n  "]
TOKEN = re.compile(r"""\n[ ]*|[A-Za-z_]\w*|\d[\w.]*|"[^"\n]*"|'[^'\n]*'|\s+|:=|==|\*\*|.""")


def put(source):
    if "\0" in source or "\1" in source or "\2" in source or "\r" in source:
        return
    try:
        result = ast.dump(ast.parse(source), include_attributes=True)
    except SyntaxError as e:
        parts = type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text
        result = "|".join(map(str, parts))
    except Exception as e:
        result = f"{type(e).__name__}|{e}"
    out.write(f"{source}\1{result}\2")


def damaged(source):
    tokens = TOKEN.findall(source)
    for _ in range(random.choice((1, 1, 1, 2))):
        if not tokens:
            break
        at, kind = random.randrange(len(tokens)), random.random()
        if kind < 0.35:
            tokens.insert(at, f" {random.choice(PIECES)} ")
        elif kind < 0.65:
            del tokens[at]
        elif kind < 0.85:
            tokens[at] = f" {random.choice(PIECES)} "
        elif kind < 0.95:
            other = random.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        else:
            del tokens[at:]
    return "".join(tokens) + random.choice(("\n", ""))


def read(path):
    try:
        with open(path, encoding="utf-8", newline=None) as file:
            return file.read()
    except (OSError, UnicodeError):
        return None


shuffled = random.sample(files, len(files))
left = damage
for path in shuffled:
    source = read(path)
    if left <= 0:
        break
    if source is None:
        continue
    try:
        tree = ast.parse(source)
    except SyntaxError:
        continue
    lines = source.split("\n")
    small = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.end_lineno - n.lineno < 8]
    for node in random.sample(small, min(60, len(small))):
        put(damaged(textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno]))))
        left -= 1
for path in files:
    source = read(path)
    if source is not None:
        put(source)
out.flush()
