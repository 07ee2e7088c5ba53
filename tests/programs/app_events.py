"""An event emitter, observable properties, undo and redo, a state machine."""

from collections import defaultdict


class Emitter:
    def __init__(self):
        self._handlers = defaultdict(list)

    def on(self, event, handler=None):
        if handler is None:
            return lambda function: self.on(event, function)
        self._handlers[event].append(handler)
        return handler

    def emit(self, event, *args, **kwargs):
        return [handler(*args, **kwargs) for handler in list(self._handlers[event])]


class Observable:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        return self if instance is None else instance.__dict__.get(self.name)

    def __set__(self, instance, value):
        old = instance.__dict__.get(self.name)
        instance.__dict__[self.name] = value
        if old != value:
            instance.emit("change", self.name, old, value)


class Document(Emitter):
    title = Observable()
    text = Observable()

    def __init__(self):
        super().__init__()
        self.done, self.undone = [], []
        self.replaying = False
        self.on("change", self.remember)

    def remember(self, name, old, new):
        if not self.replaying:
            self.done.append((name, old, new))
            self.undone.clear()

    def replay(self, source, target, pick):
        if not source:
            raise IndexError("nothing to replay")
        change = source.pop()
        self.replaying = True
        try:
            setattr(self, change[0], change[pick])
        finally:
            self.replaying = False
        target.append(change)

    def undo(self):
        self.replay(self.done, self.undone, 1)

    def redo(self):
        self.replay(self.undone, self.done, 2)


class Light:
    transitions = {("red", "go"): "green", ("green", "slow"): "yellow", ("yellow", "stop"): "red"}
    state = "red"

    def send(self, event):
        try:
            self.state = self.transitions[self.state, event]
        except KeyError:
            raise ValueError(f"{event} does nothing in {self.state}") from None
        return self


document = Document()


@document.on("change")
def report(name, old, new):
    print(f"{name}: {old!r} -> {new!r}")


document.title = "Draft"
document.text = "one"
document.text = "one"
document.text = "two"
document.undo()
document.undo()
document.redo()
print(document.title, document.text, len(document.done), len(document.undone))
document.title = "Final"
try:
    document.redo()
except IndexError as error:
    print(error)
light = Light()
print(light.send("go").send("slow").send("stop").state)
try:
    light.send("slow")
except ValueError as error:
    print(error)
print(document.emit("nothing"), Document.title.name, Light.state)
