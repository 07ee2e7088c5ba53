"""Graphs: breadth first, depth first, Dijkstra, components, topological order, minimum spanning tree."""

import heapq
from collections import defaultdict, deque

EDGES = [("a", "b", 4), ("a", "c", 2), ("c", "b", 1), ("b", "d", 5), ("c", "d", 8), ("d", "e", 3), ("f", "g", 1)]


class Graph:
    def __init__(self, edges, directed=False):
        self.next = defaultdict(dict)
        for a, b, weight in edges:
            self.next[a][b] = weight
            self.next[b]
            if not directed:
                self.next[b][a] = weight

    def breadth_first(self, start):
        seen, queue = {start}, deque([start])
        while queue:
            node = queue.popleft()
            yield node
            for other in sorted(self.next[node]):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)

    def depth_first(self, node, seen=None):
        seen = set() if seen is None else seen
        seen.add(node)
        yield node
        for other in sorted(self.next[node]):
            if other not in seen:
                yield from self.depth_first(other, seen)

    def shortest(self, start, goal):
        best, before, heap = {start: 0}, {}, [(0, start)]
        while heap:
            cost, node = heapq.heappop(heap)
            if node == goal:
                path = [node]
                while node in before:
                    node = before[node]
                    path.append(node)
                return cost, path[::-1]
            for other, weight in self.next[node].items():
                if cost + weight < best.get(other, float("inf")):
                    best[other] = cost + weight
                    before[other] = node
                    heapq.heappush(heap, (cost + weight, other))
        return float("inf"), []

    def components(self):
        left = set(self.next)
        while left:
            component = set(self.breadth_first(min(left)))
            left -= component
            yield sorted(component)

    def order(self):
        degree = {node: 0 for node in self.next}
        for others in self.next.values():
            for other in others:
                degree[other] += 1
        ready = sorted(node for node, n in degree.items() if n == 0)
        while ready:
            node = ready.pop(0)
            yield node
            for other in sorted(self.next[node]):
                degree[other] -= 1
                if degree[other] == 0:
                    ready.append(other)

    def spanning_tree(self):
        parent = {node: node for node in self.next}

        def find(node):
            while parent[node] != node:
                parent[node] = parent[parent[node]]
                node = parent[node]
            return node

        edges = sorted((w, a, b) for a in self.next for b, w in self.next[a].items() if a < b)
        for weight, a, b in edges:
            if find(a) != find(b):
                parent[find(a)] = find(b)
                yield a, b, weight


g = Graph(EDGES)
print(*g.breadth_first("a"), "|", *g.depth_first("a"))
print(g.shortest("a", "e"), g.shortest("a", "g"))
print(list(g.components()))
print(list(Graph(EDGES, directed=True).order()))
print(list(g.spanning_tree()))
