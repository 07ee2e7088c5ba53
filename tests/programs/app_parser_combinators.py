"""Parsers made of functions: numbers, lists, key=value, arithmetic."""


class Failure(Exception):
    pass


class Parser:
    def __init__(self, run):
        self.run = run

    def __or__(self, other):
        def run(text, at):
            try:
                return self.run(text, at)
            except Failure:
                return other.run(text, at)
        return Parser(run)

    def __rshift__(self, function):
        def run(text, at):
            value, at = self.run(text, at)
            return function(value), at
        return Parser(run)

    def __add__(self, other):
        def run(text, at):
            left, at = self.run(text, at)
            right, at = other.run(text, at)
            return (left, right), at
        return Parser(run)

    def many(self, least=0):
        def run(text, at):
            values = []
            try:
                while True:
                    value, at = self.run(text, at)
                    values.append(value)
            except Failure:
                if len(values) < least:
                    raise
            return values, at
        return Parser(run)

    def separated(self, by):
        return (self + ((by + self) >> (lambda pair: pair[1])).many() >> (lambda pair: [pair[0], *pair[1]])) | succeed([])

    def __call__(self, text):
        value, at = self.run(text, 0)
        if at < len(text):
            raise Failure(f"left over at {at}: {text[at:at + 10]!r}")
        return value


def succeed(value):
    return Parser(lambda text, at: (value, at))


def satisfy(test, what):
    def run(text, at):
        if at < len(text) and test(text[at]):
            return text[at], at + 1
        raise Failure(f"expected {what} at {at}")
    return Parser(run)


def char(c):
    return satisfy(lambda x: x == c, repr(c))


def token(p):
    return p + char(" ").many() >> (lambda pair: pair[0])


def lazy(get):
    return Parser(lambda text, at: get().run(text, at))


digits = satisfy(str.isdigit, "a digit").many(1) >> "".join
number = token(digits >> int)
name = token(satisfy(str.isalpha, "a letter").many(1) >> "".join)
items = token(char("[")) + lazy(lambda: value).separated(token(char(","))) + token(char("]")) >> (lambda p: p[0][1])
pair = name + token(char("=")) + lazy(lambda: value) >> (lambda p: (p[0][0], p[1]))
record = token(char("{")) + pair.separated(token(char(";"))) + token(char("}")) >> (lambda p: dict(p[0][1]))
value = number | items | record | name


def chain(p, operators):
    symbol = Parser(lambda text, at: next((o.run(text, at) for o in [satisfy(lambda c: c in operators, "operator")]), None))
    def fold(parsed):
        left, rest = parsed
        for operator, right in rest:
            left = operators[operator](left, right)
        return left
    return p + (token(symbol) + p).many() >> fold


factor = number | (token(char("(")) + lazy(lambda: expression) + token(char(")")) >> (lambda p: p[0][1]))
term = chain(factor, {"*": lambda a, b: a * b, "/": lambda a, b: a // b})
expression = chain(term, {"+": lambda a, b: a + b, "-": lambda a, b: a - b})
for text in ["42", "[1, 2 , [x, []]]", "{a = 1; b = [2, 3]; c = {d = e}}", "[1, 2", "{a 1}", "12 x"]:
    try:
        print(text, "=>", value(text))
    except Failure as error:
        print(text, "!!", error)
for text in ["1 + 2 * 3", "(1 + 2) * (3 - 4) / 1", "2 * (3", "7 - 2 - 1"]:
    try:
        print(text, "=>", expression(text))
    except Failure as error:
        print(text, "!!", error)
