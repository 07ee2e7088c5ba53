"""A small language: tokens by regular expression, a parser by precedence, a stack machine."""

import re

TOKEN = re.compile(r"\s*(?:(?P<number>\d+)|(?P<name>[a-z]\w*)|(?P<operator>[-+*/%()=<]))")
PRECEDENCE = {"<": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3}


def tokens(text):
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise SyntaxError(text[position:])
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()
    yield "end", ""


class Compiler:
    def __init__(self, text):
        self.tokens = tokens(text)
        self.code = []
        self.advance()

    def advance(self):
        self.kind, self.text = next(self.tokens)

    def expression(self, level=1):
        self.primary()
        while self.kind == "operator" and (power := PRECEDENCE.get(self.text, 0)) >= level:
            operator = self.text
            self.advance()
            self.expression(power + 1)
            self.code.append((operator, None))

    def primary(self):
        match self.kind, self.text:
            case "number", text:
                self.code.append(("push", int(text)))
            case "name", text:
                self.code.append(("load", text))
            case "operator", "(":
                self.advance()
                self.expression()
            case _:
                raise SyntaxError(self.text)
        self.advance()


def run(code, variables):
    stack = []
    for operation, argument in code:
        match operation:
            case "push":
                stack.append(argument)
            case "load":
                stack.append(variables[argument])
            case _:
                right = stack.pop()
                left = stack.pop()
                if operation == "+":
                    stack.append(left + right)
                elif operation == "-":
                    stack.append(left - right)
                elif operation == "*":
                    stack.append(left * right)
                elif operation == "/":
                    stack.append(left // (right or 1))
                elif operation == "%":
                    stack.append(left % (right or 1))
                else:
                    stack.append(int(left < right))
    return stack.pop()


def main():
    source = "(a + 3) * (b - 2 * a) % 101 + (c / 7 - (a * b + 5) % 13) * 2 + (a < b)"
    total = 0
    for _ in range(8000):
        compiler = Compiler(source)
        compiler.expression()
    for i in range(120000):
        total += run(compiler.code, {"a": i, "b": i * 3 % 97, "c": i * i})
    return total, len(compiler.code)


print(*main())
