"""A game that reads commands from standard input."""

ROOMS = {
    "hall": {"north": "library", "east": "kitchen", "text": "A dusty hall."},
    "library": {"south": "hall", "text": "Shelves reach the ceiling.", "items": ["book", "key"]},
    "kitchen": {"west": "hall", "text": "It smells of soup.", "locked": True, "items": ["soup"]},
}


class Game:
    def __init__(self):
        self.room = "hall"
        self.bag = []
        self.moves = 0

    def do_go(self, direction):
        target = ROOMS[self.room].get(direction)
        if target not in ROOMS:
            return "You can't go that way."
        if ROOMS[target].get("locked") and "key" not in self.bag:
            return "The door is locked."
        self.room = target
        return self.do_look()

    def do_look(self):
        room = ROOMS[self.room]
        items = room.get("items", [])
        return room["text"] + (f" You see: {', '.join(items)}." if items else "")

    def do_take(self, item):
        items = ROOMS[self.room].get("items", [])
        try:
            items.remove(item)
        except ValueError:
            return f"There is no {item} here."
        self.bag.append(item)
        return f"Taken: {item}."

    def do_bag(self):
        return "You carry " + (" and ".join(self.bag) or "nothing") + "."

    def command(self, line):
        verb, *rest = line.lower().split() or [""]
        action = getattr(self, "do_" + verb, None)
        if action is None:
            return f"I don't know how to {verb!r}."
        try:
            return action(*rest)
        except TypeError:
            return "What do you mean?"


game = Game()
print(game.do_look())
while True:
    try:
        line = input("> ")
    except EOFError:
        print("\n(end of input)")
        break
    if line == "quit":
        print("Bye.")
        break
    game.moves += 1
    print(game.command(line))
print(game.moves, "moves")
