import io, json
from collections import OrderedDict
from decimal import Decimal

data = {"s": "é\n\"\\\u2028😀", "n": [1, -2.5, 1e100, 0.1, True, False, None], "d": {"b": 1, "a": {}}, "e": [], 3: "int key", None: 0, 1.5: 1}
print(json.dumps(data)); print(json.dumps(data, ensure_ascii=False, indent=2)); print(json.dumps({"b": [1, {"c": 2}], "a": ()}, sort_keys=True, separators=(",", ":")), json.dumps([1, [2]], indent="\t"))
print(json.loads('{"a": [1, 2.0, -3e2, true, null, "\\u00e9\\ud83d\\ude00\\/"], "a": 1, "b": {}}'), json.loads(" [ ] "), json.loads(b'"\xc3\xa9"'), json.loads("NaN"), json.loads("[Infinity, -Infinity]"), json.dumps(float("inf")))
print(json.loads('{"x": 1.10, "y": 12345678901234567890}', parse_float=Decimal, parse_int=str), json.loads('{"b": 1, "a": 2}', object_pairs_hook=list), json.loads('{"k": {"z": 1}}', object_hook=lambda d: sorted(d)))
for bad in ["", "{", "[1,]", "{'a': 1}", '{"a" 1}', '{"a": 1,}', "nul", '"\n"', '"\\x"', "[1] 2", '"abc', "01", "1.", "-", '{"a": }', "[1 2]", '"\\u12"', "\ufeff[]"]:
    try: print(json.loads(bad))
    except json.JSONDecodeError as e: print(repr(bad), e, e.pos, e.lineno, e.colno)
for bad in [{1, 2}, object, {(1, 2): 3}, float("nan"), b"x"]:
    try: print(json.dumps(bad, allow_nan=False))
    except (TypeError, ValueError) as e: print(type(e).__name__, e, getattr(e, "__notes__", None))
loop = []; loop.append(loop)
try: json.dumps(loop)
except ValueError as e: print(e)
class Enc(json.JSONEncoder):
    def default(self, o): return sorted(o) if isinstance(o, set) else super().default(o)
print(json.dumps({"s": {3, 1}}, cls=Enc), json.dumps({(1,): 2}, skipkeys=True), json.dumps([Decimal("1.5")], default=str), list(json.JSONEncoder(indent=1).iterencode([1, {"a": 2}])))
f = io.StringIO(); json.dump({"a": [1, 2]}, f); f.seek(0); print(json.load(f), json.JSONDecoder().raw_decode("[1] tail"), json.dumps("\ud800"), json.loads('"\\ud800"') == "\ud800")
try: json.dumps({"a": [1, {"b": object()}]})
except TypeError as e: print(e, e.__notes__)
class I(int): pass
class F(float): pass
print(json.dumps([I(3), F(2.5), True]), json.dumps(OrderedDict(z=1, y=2)), json.dumps(10**30))
