"""A parser of JSON by hand: characters, recursion, dictionaries."""


class Parser:
    def __init__(self, text):
        self.text = text
        self.position = 0

    def peek(self):
        while self.text[self.position] in " \n\t":
            self.position += 1
        return self.text[self.position]

    def expect(self, character):
        if self.peek() != character:
            raise ValueError(f"expected {character!r} at {self.position}")
        self.position += 1

    def value(self):
        character = self.peek()
        if character == "{":
            return self.object()
        if character == "[":
            return self.array()
        if character == '"':
            return self.string()
        for word, constant in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return constant
        return self.number()

    def object(self):
        result = {}
        self.expect("{")
        while self.peek() != "}":
            if result:
                self.expect(",")
            self.peek()
            key = self.string()
            self.expect(":")
            result[key] = self.value()
        self.position += 1
        return result

    def array(self):
        result = []
        self.expect("[")
        while self.peek() != "]":
            if result:
                self.expect(",")
            result.append(self.value())
        self.position += 1
        return result

    def string(self):
        self.expect('"')
        parts = []
        while True:
            character = self.text[self.position]
            self.position += 1
            if character == '"':
                return "".join(parts)
            if character == "\\":
                character = {"n": "\n", "t": "\t"}.get(self.text[self.position], self.text[self.position])
                self.position += 1
            parts.append(character)

    def number(self):
        start = self.position
        while self.position < len(self.text) and self.text[self.position] in "+-.0123456789eE":
            self.position += 1
        digits = self.text[start : self.position]
        return float(digits) if "." in digits or "e" in digits else int(digits)


record = '{"id": %d, "name": "item\\n%d", "tags": ["a", "b\\"c"], "price": %.2f, "ok": true, "next": null}'
source = "[" + ",\n ".join(record % (i, i, i / 7) for i in range(24000)) + "]"
items = Parser(source).value()
print(len(items), sum(item["id"] for item in items), f"{sum(item['price'] for item in items):.2f}", items[-1]["tags"])
