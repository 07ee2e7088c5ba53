"""The module logging: records made, filtered, formatted, handed up."""

import io
import logging


def main():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(funcName)s:%(message)s"))
    root = logging.getLogger("shop")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
    child = logging.getLogger("shop.orders.new")
    for i in range(45000):
        child.info("order %d of %s for %.2f", i, "somebody", i / 3)
        child.debug("not shown %d", i)
        if i % 500 == 0:
            child.warning("slow: %r", {"i": i})
    silent = logging.getLogger("shop.silent")
    silent.setLevel(logging.ERROR)
    for i in range(600_000):
        silent.debug("nothing %s", i)
    for i in range(1500):
        try:
            {}[i]
        except KeyError:
            root.exception("failed")
    text = out.getvalue()
    print(text.count("\n") > 45000, text[:60], text.count("WARNING"), text.count("KeyError"))


main()
