"""Cells with formulas that follow each other; cycles are found."""

import re


class Sheet:
    CELL = re.compile(r"\b([A-Z]\d+)\b")
    RANGE = re.compile(r"\b([A-Z])(\d+):([A-Z])(\d+)\b")

    def __init__(self):
        self.cells = {}
        self.values = {}
        self.active = []

    def __setitem__(self, name, content):
        self.cells[name] = content
        self.values.clear()

    def __getitem__(self, name):
        if name in self.values:
            return self.values[name]
        if name in self.active:
            raise ValueError("cycle: " + " -> ".join([*self.active, name]))
        content = self.cells.get(name, 0)
        if not (isinstance(content, str) and content.startswith("=")):
            return content
        self.active.append(name)
        try:
            self.values[name] = value = self.evaluate(content[1:])
        finally:
            self.active.pop()
        return value

    def evaluate(self, formula):
        def expand(match):
            a, i, b, j = match.groups()
            names = [f"{chr(c)}{r}" for c in range(ord(a), ord(b) + 1) for r in range(int(i), int(j) + 1)]
            return "[" + ", ".join(names) + "]"

        formula = self.CELL.sub(r"_('\1')", self.RANGE.sub(expand, formula))
        names = {"SUM": sum, "MAX": max, "AVG": lambda l: sum(l) / len(l), "IF": lambda c, a, b: a if c else b, "_": self.__getitem__, "__builtins__": {}}
        try:
            return eval(formula, names)
        except (ZeroDivisionError, TypeError, NameError) as error:
            return f"#{type(error).__name__}"


sheet = Sheet()
for name, content in {"A1": 10, "A2": 20, "A3": "=A1+A2", "B1": "=SUM(A1:A3)*2", "B2": "=AVG(A1:B1)", "B3": "=IF(B1>100, 'big', 'small')", "C1": "=A1/0", "C2": "=NOPE(1)", "C3": "text", "C4": "=C3+1", "D1": "=D2", "D2": "=D1+1"}.items():
    sheet[name] = content
for name in sheet.cells:
    try:
        print(name, sheet[name])
    except ValueError as error:
        print(name, error)
sheet["A1"] = 0
print(sheet["A3"], sheet["B1"], sheet["B3"], sheet["Z9"])
