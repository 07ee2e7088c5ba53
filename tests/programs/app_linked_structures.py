"""Linked list, stack, queue, binary search tree, trie, LRU cache, and a disjoint set: by hand."""


class Node:
    __slots__ = ("value", "next")

    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class LinkedList:
    def __init__(self, items=()):
        self.head = None
        for item in reversed(list(items)):
            self.head = Node(item, self.head)

    def __iter__(self):
        node = self.head
        while node:
            yield node.value
            node = node.next

    def reverse(self):
        before, node = None, self.head
        while node:
            node.next, before, node = before, node, node.next
        self.head = before
        return self

    def __repr__(self):
        return " -> ".join(map(repr, self)) or "empty"


class Tree:
    def __init__(self):
        self.root = None
        self.size = 0

    def insert(self, key):
        place = self, "root"
        while (node := getattr(*place)) is not None:
            if key == node.key:
                return False
            place = node, "left" if key < node.key else "right"
        setattr(*place, type("N", (), {"key": key, "left": None, "right": None})())
        self.size += 1
        return True

    def __iter__(self):
        def walk(node):
            if node:
                yield from walk(node.left)
                yield node.key
                yield from walk(node.right)

        return walk(self.root)

    def height(self):
        def measure(node):
            return 0 if node is None else 1 + max(measure(node.left), measure(node.right))

        return measure(self.root)

    def __contains__(self, key):
        node = self.root
        while node and node.key != key:
            node = node.left if key < node.key else node.right
        return node is not None


class Trie:
    def __init__(self, words=()):
        self.root = {}
        for word in words:
            node = self.root
            for letter in word:
                node = node.setdefault(letter, {})
            node["$"] = True

    def starting(self, prefix):
        node = self.root
        for letter in prefix:
            node = node.get(letter, {})
        stack = [(prefix, node)]
        while stack:
            word, node = stack.pop()
            if "$" in node:
                yield word
            stack.extend((word + letter, child) for letter, child in sorted(node.items(), reverse=True) if letter != "$")


class Cache:
    def __init__(self, room):
        self.room = room
        self.items = {}

    def get(self, key):
        if key not in self.items:
            return None
        value = self.items.pop(key)
        self.items[key] = value
        return value

    def put(self, key, value):
        self.items.pop(key, None)
        self.items[key] = value
        if len(self.items) > self.room:
            del self.items[next(iter(self.items))]


numbers = LinkedList([3, 1, 2])
print(numbers, numbers.reverse(), LinkedList(), sum(numbers))
tree = Tree()
print([tree.insert(key) for key in (5, 2, 8, 1, 9, 2, 3)], list(tree), tree.size, tree.height(), 8 in tree, 7 in tree)
trie = Trie("car card care cat dog".split())
print(list(trie.starting("car")), list(trie.starting("x")), list(trie.starting("")))
cache = Cache(2)
for key in "abca":
    cache.put(key, ord(key))
    cache.get("b")
print(cache.items, cache.get("z"))
long = LinkedList(range(100000))
del long
print("released")
