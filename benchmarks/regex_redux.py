"""Regular expressions over DNA and over log lines."""

import re

VARIANTS = (
    "agggtaaa|tttaccct",
    "[cgt]gggtaaa|tttaccc[acg]",
    "a[act]ggtaaa|tttacc[agt]t",
    "ag[act]gtaaa|tttac[agt]ct",
    "agg[act]taaa|ttta[agt]cct",
)
REPLACEMENTS = {"tHa[Nt]": "<4>", "aND|caN|Ha[DS]|WaS": "<3>", "a[NSt]|BY": "<2>", r"\|[^|][^|]*\|": "|", r"\|[^|]*\|": "-"}
LINE = re.compile(r"(?P<ip>\d+\.\d+\.\d+\.\d+) - (?P<user>\S+) \[(?P<when>[^\]]+)\] \"(?P<verb>[A-Z]+) (?P<path>\S+)\" (\d{3}) (\d+)")


def dna(n):
    state, out = 42, []
    for _ in range(n):
        state = (state * 3877 + 29573) % 139968
        out.append("acgtBDHKMNRSVWY"[min(state * 20 // 139968, 14)] if state % 50 == 0 else "acgt"[state % 4])
    return "".join(out)


def main():
    text = "\n".join(dna(60) for _ in range(3)) + "\n" + dna(600_000)
    text = re.sub(">.*\n|\n", "", text)
    for pattern in VARIANTS:
        print(pattern, len(re.findall(pattern, text)))
    for pattern, by in REPLACEMENTS.items():
        text = re.sub(pattern, by, text)
    print(len(text))
    lines = [
        f'10.0.{i % 256}.{i * 7 % 256} - user{i % 31} [12/Oct/2024:10:{i % 60:02}:00] "GET /page/{i % 97}.html" {200 + i % 3} {i * 13 % 9999}'
        for i in range(60_000)
    ]
    users = {}
    for line in lines:
        match = LINE.match(line)
        users[match["user"]] = users.get(match["user"], 0) + int(match[7])
    print(sorted(users.items())[:3])
    words = re.compile(r"[a-zA-Z_]\w*|\d+|\s+|.")
    print(sum(1 for _ in words.finditer(" ".join(lines[:4000]))))
    print(len(re.split(r"[/ .:\[\]\"-]+", " ".join(lines[:20000]))))


main()
