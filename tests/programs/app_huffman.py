"""Huffman coding with a heap."""

import heapq
from collections import Counter


def tree(text):
    heap = [(count, order, symbol) for order, (symbol, count) in enumerate(sorted(Counter(text).items()))]
    heapq.heapify(heap)
    order = len(heap)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (a[0] + b[0], order, (a[2], b[2])))
        order += 1
    return heap[0][2]


def codes(node, prefix=""):
    if isinstance(node, str):
        yield node, prefix or "0"
    else:
        for bit, child in zip("01", node):
            yield from codes(child, prefix + bit)


def decode(bits, node):
    result, here = [], node
    for bit in bits:
        here = here[int(bit)]
        if isinstance(here, str):
            result.append(here)
            here = node
    return "".join(result)


text = "she sells sea shells by the sea shore"
root = tree(text)
table = dict(codes(root))
bits = "".join(table[c] for c in text)
for symbol, code in sorted(table.items(), key=lambda item: (len(item[1]), item[1])):
    print(repr(symbol), code)
print(len(bits), len(text) * 8, decode(bits, root) == text)
