"""A state machine over enumerations: members as keys, flags, match statements, iteration of classes."""

from enum import Enum, Flag, IntEnum, auto


class State(Enum):
    IDLE = auto()
    CONNECTING = auto()
    OPEN = auto()
    CLOSING = auto()
    BROKEN = auto()

    @property
    def alive(self):
        return self in (State.CONNECTING, State.OPEN)


class Event(IntEnum):
    DIAL = 1
    ANSWER = 2
    HANG_UP = 3
    FAIL = 4
    RESET = 5


class Rights(Flag):
    READ = auto()
    WRITE = auto()
    RUN = auto()
    ALL = READ | WRITE | RUN


TABLE = {
    (State.IDLE, Event.DIAL): State.CONNECTING,
    (State.CONNECTING, Event.ANSWER): State.OPEN,
    (State.CONNECTING, Event.FAIL): State.BROKEN,
    (State.OPEN, Event.HANG_UP): State.CLOSING,
    (State.OPEN, Event.FAIL): State.BROKEN,
    (State.CLOSING, Event.RESET): State.IDLE,
    (State.BROKEN, Event.RESET): State.IDLE,
}


def step(state, event):
    match state, event:
        case State.IDLE, Event.DIAL:
            return State.CONNECTING
        case State.CONNECTING | State.OPEN, Event.FAIL:
            return State.BROKEN
        case State.CONNECTING, Event.ANSWER:
            return State.OPEN
        case State.OPEN, Event.HANG_UP:
            return State.CLOSING
        case State.CLOSING | State.BROKEN, Event.RESET:
            return State.IDLE
    return state


def main():
    events = [Event(i * 7 % 5 + 1) for i in range(997)]
    counts = {state: 0 for state in State}
    a = b = State.IDLE
    alive = 0
    for _ in range(400):
        for event in events:
            a = TABLE.get((a, event), a)
            b = step(b, event)
            counts[a] += 1
            alive += a.alive
    print({state.name: n for state, n in counts.items()}, a is b, alive)
    rights = Rights(0)
    for i in range(60_000):
        rights ^= (Rights.READ, Rights.WRITE, Rights.RUN)[i % 3]
        if Rights.WRITE in rights and rights & Rights.RUN:
            alive += 1
    print(rights, alive, State["OPEN"], State(2), sorted(Event)[-1].name)


main()
