"""An operating system's scheduler: tasks, queues of packets, method calls on small objects."""

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE, WORK = range(2)


class Packet:
    __slots__ = ("link", "owner", "kind", "datum", "data")

    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.datum = 0
        self.data = [0, 0, 0, 0]

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    def __init__(self, scheduler, number, priority, queue, waiting, holding, ready):
        self.scheduler = scheduler
        self.number = number
        self.priority = priority
        self.queue = queue
        self.packet_pending = queue is not None
        self.waiting = waiting
        self.holding = holding
        self.ready = ready
        self.link = scheduler.tasks
        scheduler.tasks = self
        scheduler.table[number] = self

    def is_held_or_waiting(self):
        return self.holding or (not self.packet_pending and self.waiting)

    def add_packet(self, packet, old):
        if self.queue is None:
            self.queue = packet
            self.packet_pending = True
            if self.priority > old.priority:
                return self
        else:
            packet.append_to(self.queue)
        return old

    def run(self):
        packet = None
        if self.waiting and self.packet_pending:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.packet_pending = self.queue is not None
        return self.step(packet)

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.scheduler.held += 1
        self.holding = True
        return self.link

    def release(self, number):
        task = self.scheduler.table[number]
        task.holding = False
        return task if task.priority > self.priority else self

    def queue_packet(self, packet):
        task = self.scheduler.table[packet.owner]
        self.scheduler.queued += 1
        packet.link = None
        packet.owner = self.number
        return task.add_packet(packet, self)


class IdleTask(Task):
    def __init__(self, *args, count):
        super().__init__(*args)
        self.control = 1
        self.count = count

    def step(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(DEVICE_A)
        self.control = self.control // 2 ^ 0xD008
        return self.release(DEVICE_B)


class WorkTask(Task):
    destination = HANDLER_A
    counter = 0

    def step(self, packet):
        if packet is None:
            return self.wait()
        self.destination = HANDLER_A + HANDLER_B - self.destination
        packet.owner = self.destination
        packet.datum = 0
        for i in range(4):
            self.counter = self.counter % 26 + 1
            packet.data[i] = 64 + self.counter
        return self.queue_packet(packet)


class HandlerTask(Task):
    work = None
    device = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK:
                self.work = packet.append_to(self.work)
            else:
                self.device = packet.append_to(self.device)
        if self.work is not None:
            work = self.work
            if work.datum >= 4:
                self.work = work.link
                return self.queue_packet(work)
            if self.device is not None:
                device = self.device
                self.device = device.link
                device.datum = work.data[work.datum]
                work.datum += 1
                return self.queue_packet(device)
        return self.wait()


class DeviceTask(Task):
    pending = None

    def step(self, packet):
        if packet is None:
            if self.pending is None:
                return self.wait()
            packet = self.pending
            self.pending = None
            return self.queue_packet(packet)
        self.pending = packet
        return self.hold()


class Scheduler:
    def __init__(self):
        self.tasks = None
        self.table = [None] * 6
        self.held = 0
        self.queued = 0

    def run(self):
        task = self.tasks
        while task is not None:
            task = task.link if task.is_held_or_waiting() else task.run()


def packets(owner, kind, count):
    queue = None
    for _ in range(count):
        queue = Packet(queue, owner, kind)
    return queue


def simulate():
    scheduler = Scheduler()
    IdleTask(scheduler, IDLE, 0, None, False, False, True, count=10000)
    WorkTask(scheduler, WORKER, 1000, packets(None, WORK, 2), True, False, True)
    HandlerTask(scheduler, HANDLER_A, 2000, packets(DEVICE_A, DEVICE, 3), True, False, True)
    HandlerTask(scheduler, HANDLER_B, 3000, packets(DEVICE_B, DEVICE, 3), True, False, True)
    DeviceTask(scheduler, DEVICE_A, 4000, None, True, False, False)
    DeviceTask(scheduler, DEVICE_B, 5000, None, True, False, False)
    scheduler.run()
    return scheduler.queued, scheduler.held


results = {simulate() for _ in range(14)}
print(results)
