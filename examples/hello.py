"""The smallest program: python's version and a greeting."""

import sys


def greet(name: str) -> str:
    return f"Hello, {name}!"


print(greet("world"))
print("Python", ".".join(map(str, sys.version_info[:2])), "by", sys.implementation.name)
