"""The pickler and unpickler that the library has in Python."""

import io
import pickle


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def main():
    data = {
        "numbers": list(range(300)),
        "floats": [i / 7 for i in range(300)],
        "texts": [f"text {i}" for i in range(300)],
        "nested": {i: {"a": (i, i + 1, i + 2), "b": [None, True, False]} for i in range(150)},
        "points": [Point(i, -i) for i in range(100)],
    }
    total = 0
    for protocol in (2, 4, 5):
        for _ in range(30):
            out = io.BytesIO()
            pickle._Pickler(out, protocol).dump(data)
            total += len(out.getvalue())
            back = pickle._Unpickler(io.BytesIO(out.getvalue())).load()
    print(total, back["nested"] == data["nested"], back["points"][7].y)


main()
