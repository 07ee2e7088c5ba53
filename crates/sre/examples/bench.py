"""The reference side of bench.rs."""
import re
import sys
import time
from re import _compiler, _parser

text = open(sys.argv[1], "rb").read().decode("ascii", "ignore")
PATTERNS = [
    r"def", r"self\.\w+", r"\w+", r"[A-Z][a-z]+", r"(\w+)\s*=\s*(\w+)", r"\b\w{5,8}\b", r"(?i)return", r"import|class|raise",
    r"\"[^\"]*\"", r"(?:[a-z]+_)+[a-z]+", r"^\s*def (\w+)\(.*?\):$", r"\d+", r".*x", r"(a|e|i|o|u)+", r"(?P<q>['\"]).*?(?P=q)",
    r"\s+", r"[^\s]+@[^\s]+", r"(?<=\()\w+(?=\))", r"#.*$", r"(?:(?:if|for|while)\s)?\w+:", r"\w+?:", r"(?:\w|\.)+\(",
    r"zzzzz", r"[xyz]{3}", r"a.*b.*c",
]
for p in PATTERNS:
    flags = re.M if p.endswith("$") else 0
    code = _compiler._code(_parser.parse(p, flags), flags)
    c = re.compile(p, flags)
    took = 9e9
    for _ in range(5):
        search = c.scanner(text).search
        begin = time.perf_counter()
        n = 0
        while search():
            n += 1
        took = min(took, time.perf_counter() - begin)
    print(p, c.groups, " ".join(str(int(x)) for x in code), n, took, sep="\t")
