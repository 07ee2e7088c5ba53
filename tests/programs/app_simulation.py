"""A bank's queue, simulated by generators on an event list, with a home-made random generator."""

import heapq


def randoms(seed):
    while True:
        seed = (1103515245 * seed + 12345) % 2**31
        yield seed / 2**31


class Simulation:
    def __init__(self, tellers, seed=7):
        self.now = 0.0
        self.events = []
        self.order = 0
        self.free = tellers
        self.waiting = []
        self.random = randoms(seed)
        self.log = []
        self.waits = []

    def start(self, process, delay=0.0):
        self.order += 1
        heapq.heappush(self.events, (self.now + delay, self.order, process))

    def run(self, until):
        while self.events and self.events[0][0] <= until:
            self.now, _, process = heapq.heappop(self.events)
            try:
                request = next(process)
            except StopIteration:
                continue
            match request:
                case ("wait", delay):
                    self.start(process, delay)
                case ("teller", name):
                    if self.free:
                        self.free -= 1
                        self.start(process)
                    else:
                        self.waiting.append(process)

    def release(self):
        if self.waiting:
            self.start(self.waiting.pop(0))
        else:
            self.free += 1


def customer(sim, number):
    arrived = sim.now
    yield "teller", number
    sim.waits.append(sim.now - arrived)
    sim.log.append(f"{sim.now:6.2f} customer {number} served after {sim.now - arrived:.2f}")
    yield "wait", 2 + 6 * next(sim.random)
    sim.release()
    sim.log.append(f"{sim.now:6.2f} customer {number} leaves")


def arrivals(sim):
    for number in range(1, 13):
        sim.start(customer(sim, number))
        yield "wait", 4 * next(sim.random)


for tellers in (1, 2, 3):
    sim = Simulation(tellers)
    sim.start(arrivals(sim))
    sim.run(200)
    print(f"{tellers} tellers: end {sim.now:.2f}, mean wait {sum(sim.waits) / len(sim.waits):.3f}, longest {max(sim.waits):.3f}")
print(*sim.log[:6], sep="\n")
