"""A file that does not compile."""

def greet(name):
    message = "hello, " + name
    return message

print(greet("world")
x = 3
