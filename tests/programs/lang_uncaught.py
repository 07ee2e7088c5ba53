"""An uncaught chain of exceptions: its traceback, notes and exit status."""

import sys


class Trouble(Exception):
    pass


def inner(value):
    return value["missing"]


def outer(value):
    try:
        return inner(value)
    except KeyError as error:
        trouble = Trouble("could not look up")
        trouble.add_note("while testing")
        raise trouble from error


print("before", flush=True)
outer({"a": 1})
