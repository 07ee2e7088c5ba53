"""An interpreter of a small language: tokens, a recursive parser, closures-free tree walking, a stack machine."""


class Scanner:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def tokens(self):
        text, n = self.text, len(self.text)
        i = 0
        while i < n:
            c = text[i]
            if c.isspace():
                i += 1
            elif c.isdigit():
                j = i
                while j < n and text[j].isdigit():
                    j += 1
                yield "number", int(text[i:j])
                i = j
            elif c.isalpha():
                j = i
                while j < n and text[j].isalnum():
                    j += 1
                yield "name", text[i:j]
                i = j
            elif text[i : i + 2] in ("<=", "==", "!="):
                yield "op", text[i : i + 2]
                i += 2
            else:
                yield "op", c
                i += 1
        yield "end", None


class Parser:
    LEVELS = (("==", "!=", "<", "<="), ("+", "-"), ("*", "/", "%"))

    def __init__(self, text):
        self.tokens = list(Scanner(text).tokens())
        self.at = 0
        self.code = []

    def peek(self):
        return self.tokens[self.at]

    def take(self, what=None):
        kind, value = self.tokens[self.at]
        if what is not None and value != what:
            raise SyntaxError(f"{what} expected, {value} found")
        self.at += 1
        return kind, value

    def emit(self, op, operand=None):
        self.code.append([op, operand])
        return len(self.code) - 1

    def program(self):
        while self.peek()[0] != "end":
            self.statement()
        self.emit("halt")
        return self.code

    def block(self):
        self.take("{")
        while self.peek()[1] != "}":
            self.statement()
        self.take("}")

    def statement(self):
        _, word = self.take()
        if word == "while":
            start = len(self.code)
            self.expression()
            out = self.emit("jump_false")
            self.block()
            self.emit("jump", start)
            self.code[out][1] = len(self.code)
        elif word == "if":
            self.expression()
            out = self.emit("jump_false")
            self.block()
            self.code[out][1] = len(self.code)
        elif word == "print":
            self.expression()
            self.take(";")
            self.emit("print")
        else:
            self.take("=")
            self.expression()
            self.take(";")
            self.emit("store", word)

    def expression(self, level=0):
        if level == len(self.LEVELS):
            return self.atom()
        self.expression(level + 1)
        while self.peek()[1] in self.LEVELS[level]:
            _, op = self.take()
            self.expression(level + 1)
            self.emit("binary", op)

    def atom(self):
        kind, value = self.take()
        if kind == "number":
            self.emit("push", value)
        elif kind == "name":
            self.emit("load", value)
        else:
            self.expression()
            self.take(")")


class Machine:
    def __init__(self, code):
        self.code = code
        self.stack = []
        self.names = {}
        self.out = []
        self.steps = 0

    def run(self):
        code, stack = self.code, self.stack
        pc = 0
        while True:
            op, operand = code[pc]
            pc += 1
            self.steps += 1
            if op == "push":
                stack.append(operand)
            elif op == "load":
                stack.append(self.names[operand])
            elif op == "store":
                self.names[operand] = stack.pop()
            elif op == "binary":
                right = stack.pop()
                stack.append(self.binary(operand, stack.pop(), right))
            elif op == "jump":
                pc = operand
            elif op == "jump_false":
                if not stack.pop():
                    pc = operand
            elif op == "print":
                self.out.append(stack.pop())
            else:
                return self.out

    def binary(self, op, a, b):
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return a // b
            case "%":
                return a % b
            case "<":
                return a < b
            case "<=":
                return a <= b
            case "==":
                return a == b
            case _:
                return a != b


PROGRAM = """
n = 2; found = 0;
while found < 1500 {
    d = 2; prime = 1;
    while d * d <= n {
        if n % d == 0 { prime = 0; d = n; }
        d = d + 1;
    }
    if prime { found = found + 1; last = n; }
    n = n + 1;
}
print last;
a = 0; b = 1; i = 0;
while i < 2000 { c = a + b; a = b; b = c; i = i + 1; }
print a;
"""


def main():
    for _ in range(5):
        code = Parser(PROGRAM).program()
    machine = Machine(code)
    print(machine.run(), machine.steps)


main()
