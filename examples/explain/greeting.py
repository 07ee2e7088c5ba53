"""A module beside the program: its compiled form is kept in __pycache__."""


def hello(name):
    return f"Hello, {name}!"
