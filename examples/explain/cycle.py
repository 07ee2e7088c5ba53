import gc


class Node:
    def __init__(self, name):
        self.name = name
        self.peer = None


def pair():
    left, right = Node("left"), Node("right")
    left.peer, right.peer = right, left


gc.disable()
for _ in range(3):
    pair()
print("found by the collector:", gc.collect())
