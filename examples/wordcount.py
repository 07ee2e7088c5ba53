"""Count the words of a file, or of this one: `wordcount.py [FILE]`."""

import re
import sys
from collections import Counter

path = sys.argv[1] if len(sys.argv) > 1 else __file__
with open(path, encoding="utf-8") as file:
    words = Counter(re.findall(r"[a-z']+", file.read().lower()))
for word, count in words.most_common(10):
    print(f"{count:6} {word}")
