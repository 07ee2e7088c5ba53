"""Many small objects made and freed: trees of tuples, and a linked structure with cycles."""


def make(depth):
    if depth == 0:
        return (None, None)
    return (make(depth - 1), make(depth - 1))


def check(tree):
    left, right = tree
    return 1 if left is None else 1 + check(left) + check(right)


class Node:
    def __init__(self, parent):
        self.parent = parent
        self.children = []


def cyclic(depth, parent=None):
    node = Node(parent)
    if depth:
        node.children = [cyclic(depth - 1, node), cyclic(depth - 1, node)]
    return node


total = 0
for depth in range(4, 17, 2):
    for _ in range(1 << (16 - depth)):
        total += check(make(depth))
for _ in range(50):
    root = cyclic(11)
    total += len(root.children)
print(total)
