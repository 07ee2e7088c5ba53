"""Lists, tuples, dictionaries, sets, ranges: operations and their errors."""

a = [5, 2, 8, 1]
a.append(9); a.extend((3, 3)); a.insert(1, 7); a.remove(3)
print(a, a.pop(), a.pop(0), a.index(8), a.count(3), len(a))
a.sort(); print(a); a.sort(reverse=True, key=lambda x: x % 4); print(a); a.reverse(); print(a)
b = list(range(10)); b[2:5] = "xy"; b[::3] = [0] * len(b[::3]); del b[1]; print(b, b[-3:], b[8:2:-2])
b *= 2; print(b, [1, 2] + [3], [1, [2, [3]]] == [1, [2, [3]]], [1, 2] < [1, 3], b.copy() is b)
rec = [1]; rec.append(rec); print(rec)
t = (1, "a", (2,)); x, *y = t; print(t[1:], t + (3,), t * 2, x, y, t.index("a"), (), (1,), hash((1, 2)) == hash((1, 2)))
d = {"b": 1, "a": 2, 3: [4]}; d["c"] = 5; del d["b"]
print(d, d.get("x", 0), d.pop("a"), d.setdefault("n", []), list(d.items()), "c" in d, len(d))
d.update({"z": 1}, y=2); print(d | {"z": 9}, {**d, "q": 1}, dict([("k", "v")]), dict.fromkeys("ab", 0), d.popitem())
print({i: i * i for i in range(5)}, {1: "a", 1.0: "b", True: "c"}, list(reversed({"x": 1, "y": 2})))
keys = d.keys(); print(keys & {"c", "z"}, sorted(map(str, keys)), d.items() >= {("c", 5)})
s = {3, 1, 2}; s.add(4); s.discard(9); print(s, s & {1, 9}, s | {7}, s - {1}, s ^ {1, 8}, s <= {1, 2, 3, 4}, {1} < s)
f = frozenset("hello"); print(len(f), sorted(f), f == set("ohell"), {f: 1}[frozenset("elho" "l")], set() , frozenset())
print(sorted({x % 7 for x in range(50)}), [*"ab", *range(2)], (*[1], 2), {*"a"}, min([3, 1]), max(d.values(), key=str))
r = range(10, 0, -3); print(r, list(r), len(r), r[1], r[-1], 4 in r, 5 in r, r[1:], r == range(10, -1, -3), range(0).start)
print(list(zip("abc", range(2))), list(enumerate("ab", 1)), list(map(lambda x, y: x + y, [1, 2], [3, 4])), list(filter(None, [0, 1, "", "a"])), sum([[1], [2]], []), all([]), any([0, 1]))
print([x for x in range(20) if x % 2 if x % 3], [(i, j) for i in range(3) for j in range(i)], [[j for j in range(i)] for i in range(3)])
def attempt(label, action):
    try:
        print(label, action())
    except Exception as error:
        print(label, type(error).__name__, error)
attempt("index", lambda: [1][3]); attempt("slice", lambda: [1][3:]); attempt("key", lambda: {}["k"]); attempt("hash", lambda: {[]: 1})
attempt("unpack", lambda: exec("a, b = 1, 2, 3")); attempt("few", lambda: exec("a, b, *c = [1]")); attempt("pop", lambda: [].pop())
attempt("type", lambda: [1] + (2,)); attempt("order", lambda: sorted([1, "a"])); attempt("remove", lambda: [1].remove(2))
attempt("tuple", lambda: (1,).__setitem__(0, 2)); attempt("extended", lambda: exec("x=[1,2,3]; x[::2]=[1]")); attempt("set", lambda: {1, [2]})
attempt("zip", lambda: list(zip([1], [], strict=True))); attempt("index type", lambda: [1]["a"]); attempt("min", lambda: min([]))
def grow(d):
    for k in d:
        d[k + 1] = 0
attempt("changed", lambda: grow({1: 1})); attempt("popitem", lambda: {}.popitem())
