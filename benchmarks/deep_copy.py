"""copy.deepcopy and copy.copy of nested data and objects."""

import copy


class Node:
    def __init__(self, name, children=()):
        self.name = name
        self.children = list(children)
        self.parent = None
        for child in self.children:
            child.parent = self


class Counted:
    made = 0

    def __init__(self, n):
        self.n = n

    def __deepcopy__(self, memo):
        Counted.made += 1
        return Counted(self.n)


def build(depth):
    return Node(f"d{depth}", [build(depth - 1) for _ in range(3)] if depth else ())


def main():
    data = {"list": [{"a": [1, 2, (3, [4, 5])], "b": {"c": i}} for i in range(100)], "set": {1, 2, 3}, "text": "x"}
    for _ in range(200):
        made = copy.deepcopy(data)
    print(made == data, made["list"][0]["a"] is data["list"][0]["a"])
    root = build(5)
    for _ in range(40):
        other = copy.deepcopy(root)
    print(other.children[1].children[2].parent is other.children[1], other.name)
    many = copy.deepcopy([Counted(i) for i in range(20000)])
    print(len(many), Counted.made)
    for _ in range(60000):
        copy.copy(root)
        copy.copy([1, 2, 3])
        copy.copy({"a": 1})


main()
