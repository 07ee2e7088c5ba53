"""The modules pprint and textwrap, and repr of nested data."""

import pprint
import textwrap


def main():
    data = [
        {
            "name": f"entry number {i}",
            "values": list(range(i % 12)),
            "nested": {"left": (i, i + 1), "right": {"deep": ["x" * (i % 9), "y" * (i % 5)]}},
            "set": {i, i + 1},
        }
        for i in range(2500)
    ]
    print(len(pprint.pformat(data)), len(pprint.pformat(data, width=40, compact=True)))
    print(len(repr(data)), len(str(data)))
    words = " ".join(f"word{i}" * (i % 3 + 1) for i in range(60000))
    print(len(textwrap.fill(words, 60)), textwrap.shorten(words, 40))


main()
