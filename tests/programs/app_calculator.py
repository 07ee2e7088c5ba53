"""A calculator: tokens, precedence climbing, variables, functions, good errors."""

import math
import re

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|(\*\*|//|[-+*/%^(),=]))")
BINARY = {"+": (1, lambda a, b: a + b), "-": (1, lambda a, b: a - b), "*": (2, lambda a, b: a * b), "/": (2, lambda a, b: a / b), "//": (2, lambda a, b: a // b), "%": (2, lambda a, b: a % b), "**": (4, lambda a, b: a**b), "^": (4, lambda a, b: a**b)}
FUNCTIONS = {"sqrt": math.sqrt, "max": max, "sin": math.sin, "abs": abs, "round": round}


class CalcError(Exception):
    pass


class Calculator:
    def __init__(self):
        self.names = {"pi": math.pi}

    def run(self, text):
        self.tokens = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if not match:
                raise CalcError(f"bad character {text[position:].strip()[0]!r} at {position}")
            number, name, operator = match.groups()
            if number:
                self.tokens.append(float(number) if any(c in number for c in ".eE") else int(number))
            else:
                self.tokens.append(name or operator)
            position = match.end()
        self.tokens.append(None)
        if len(self.tokens) > 2 and self.tokens[1] == "=" and isinstance(self.tokens[0], str):
            name = self.tokens[0]
            self.tokens = self.tokens[2:]
            value = self.names[name] = self.expression(0)
        else:
            value = self.expression(0)
        if self.tokens[0] is not None:
            raise CalcError(f"unexpected {self.tokens[0]!r}")
        return value

    def expression(self, level):
        left = self.operand()
        while self.tokens[0] in BINARY and BINARY[self.tokens[0]][0] >= level:
            symbol = self.tokens.pop(0)
            power, function = BINARY[symbol]
            right = self.expression(power if power == 4 else power + 1)
            try:
                left = function(left, right)
            except ZeroDivisionError:
                raise CalcError("division by zero") from None
        return left

    def operand(self):
        token = self.tokens.pop(0)
        if isinstance(token, (int, float)):
            return token
        if token == "-":
            return -self.expression(3)
        if token == "(":
            value = self.expression(0)
            self.expect(")")
            return value
        if token in FUNCTIONS and self.tokens[0] == "(":
            self.tokens.pop(0)
            arguments = [self.expression(0)]
            while self.tokens[0] == ",":
                self.tokens.pop(0)
                arguments.append(self.expression(0))
            self.expect(")")
            return FUNCTIONS[token](*arguments)
        if token in self.names:
            return self.names[token]
        raise CalcError("unexpected end" if token is None else f"unknown {token!r}")

    def expect(self, symbol):
        if self.tokens.pop(0) != symbol:
            raise CalcError(f"missing {symbol}")


calc = Calculator()
for line in ["1 + 2 * 3", "(1 + 2) * 3", "2 ** 3 ** 2", "-2 ** 2", "7 // 2 - 7 % 4", "x = 4", "sqrt(x) + max(1, x, 3)", "1 / 0", "2 +", "y", "3 $ 4", "(1", "1 2", "1.5e3 / 4", "round(pi * 100) / 100", "abs(-x) ^ 0.5"]:
    try:
        print(f"{line} -> {calc.run(line)}")
    except CalcError as error:
        print(f"{line} !! {error}")
