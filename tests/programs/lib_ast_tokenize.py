import ast, io, keyword, symtable, token, tokenize

src = '''
@deco(1)
async def f(a: int, /, b=2, *c, d, **e) -> str:
    """doc"""
    x = [i async for i in y if i] if a else {**b, 'k': lambda q: q}
    with open(p) as fh, z: await g(*c, k=1)
    try: pass
    except* (A, B) as err: raise X from None
    match v:
        case {"a": 1, **rest} | [P(x=0), *_]: return f"{x!r:>{w}} text"
class C[T: int](B, metaclass=M): x: int = 1; del x[1:2, ...]
type A = int
global_ = not -1 ** 2 < 3 is not None and (yield)
'''
tree = ast.parse(src); print(ast.dump(tree)[:1500]); print(ast.unparse(tree)); print(ast.dump(ast.parse("a.b[c] += 1", mode="exec"), indent=2, include_attributes=True))
print(ast.literal_eval("{'a': [1, -2.5, (None, True), b'x', {1}, 1+2j]}"), ast.dump(ast.parse("x", mode="eval")), ast.get_docstring(tree.body[0]), ast.get_source_segment(src, tree.body[1].body[0]))
for bad in ["f()", "1 + 'a'", "x", "__import__('os')", "[" * 300]:
    try: ast.literal_eval(bad)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as e: print(type(e).__name__, str(e)[:60])
class V(ast.NodeVisitor):
    def visit_Name(self, n): names.append((n.id, type(n.ctx).__name__, n.lineno, n.col_offset)); self.generic_visit(n)
names = []; V().visit(tree); print(names)
class T(ast.NodeTransformer):
    def visit_Constant(self, n): return ast.copy_location(ast.Constant(n.value * 2), n) if isinstance(n.value, int) else n
    def visit_Pass(self, n): return None
t = ast.fix_missing_locations(T().visit(ast.parse("y = 3 + 4\nif y: pass\nelse: z = 1"))); print(ast.unparse(t.body[0])); ns = {}; exec(compile(ast.Module(t.body[:1], []), "<t>", "exec"), ns); print(ns["y"])
m = ast.Module([ast.Expr(ast.BinOp(ast.Constant(1), ast.Add(), ast.Name("q")))], []); print(ast.unparse(m), [type(n).__name__ for n in ast.walk(m)], list(ast.iter_fields(m.body[0]))[0][0], m._fields, ast.Constant(5).kind, ast.compare(ast.parse("1"), ast.parse("1")))
for bad in [lambda: compile(ast.Module([ast.Expr(ast.Name("x", ast.Store()))], []), "", "exec"), lambda: compile(m, "", "exec"), lambda: ast.parse("x ="), lambda: compile(ast.Module([3], []), "", "exec"), lambda: ast.increment_lineno(3)]:
    try: bad(); print("fine")
    except Exception as e: print(type(e).__name__, e)
for s in ["(a, b), *c = x", "a if b else c", "(yield x)", "not (a and b) or c", "-(-x) ** -y", "lambda *a, k=1, **z: (a, k)", "x[a:b:c, ::2]", "f'{a!r}{b:>{c}}{{}}'", "{*a, *b}", "(i for i in x)", "f(*a, **b)(c).d", "'it\\'s \"q\"'", "1_000 .real", "1e400", "(a := 1)", "await x", "a @ b // c", "x if (y if z else w) else v", "b'\\xff'", "...", "(lambda: 0)()", "-1 ** 2", "(1,)", "a < (b < c)"]:
    print(ast.unparse(ast.parse(s)), end=" ; ")
print(); print(ast.unparse(ast.parse("for i in x:\n  if a: break\n  elif b: continue\n  else: pass\nelse:\n  while 1: x = 1; y = 2\ntry: a\nexcept B as c: d\nelse: e\nfinally: f\nimport a.b as c, d\nfrom ..x import (y as z, *w) if False else q" if False else "for i in x:\n  if a: break\n  elif b: continue\n  else: pass\nelse:\n  while 1: x = 1\ntry: a\nexcept B as c: d\nelse: e\nfinally: f\nimport a.b as c, d\nfrom ..x import y as z\nassert a, b\nnonlocal_ = 1; raise A from B\nx: int\nx: (y) = 2\n(x): int\nasync def f():\n  async with a as b: pass\n  async for c in d: return\nwith a, b as c: pass\n")))
for t in tokenize.generate_tokens(io.StringIO("x = f'a{b!r:>{c}}' + 0x1f # c\nif x:\n\ty\n").readline): print(token.tok_name[t.type], token.tok_name[t.exact_type], repr(t.string), t.start, t.end)
print(tokenize.untokenize([(1, "a"), (54, "+"), (2, "1")]), tokenize.detect_encoding(io.BytesIO(b"# -*- coding: latin-1 -*-\n").readline)[0], keyword.iskeyword("def"), keyword.softkwlist, len(keyword.kwlist))
for bad in ["(a", "'abc", "  x\n y", "a\n  b\n c", "\x01", "0b2"]:
    try: print([t.string for t in tokenize.generate_tokens(io.StringIO(bad).readline)])
    except (tokenize.TokenError, SyntaxError) as e: print(type(e).__name__, e.args[0])
st = symtable.symtable("g = 1\ndef f(a):\n  global g\n  b = a\n  def inner(): nonlocal b; return b\n  return inner\nclass C:\n  x = 1\n  def m(self): return __class__\n", "<s>", "exec")
def show(s, ind=0):
    print(" " * ind, s.get_type().value if hasattr(s.get_type(), "value") else s.get_type(), s.get_name(), s.get_lineno(), [(y.get_name(), y.is_local(), y.is_global(), y.is_free(), y.is_parameter(), y.is_assigned(), y.is_referenced()) for y in sorted(s.get_symbols(), key=lambda y: y.get_name())])
    for c in s.get_children(): show(c, ind + 1)
show(st)
