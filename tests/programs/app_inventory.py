"""Records: grouping, sorting, totals, a report in columns."""

from collections import defaultdict
from dataclasses import dataclass, field
from operator import attrgetter


@dataclass
class Product:
    name: str
    category: str
    price: float
    stock: int = 0
    tags: set[str] = field(default_factory=set)

    @property
    def value(self) -> float:
        return self.price * self.stock


RAW = """
hammer;tools;12.50;10;steel,wood
saw;tools;18.00;3;steel
apple;food;0.25;200;fresh
bread;food;2.10;15;fresh,baked
nail;tools;0.02;5000;steel
cake;food;11.00;0;baked
""".strip()


def parse(text):
    for line in text.splitlines():
        name, category, price, stock, tags = line.split(";")
        yield Product(name, category, float(price), int(stock), set(tags.split(",")))


products = list(parse(RAW))
groups = defaultdict(list)
for product in products:
    groups[product.category].append(product)
for category in sorted(groups):
    print(category.upper())
    for product in sorted(groups[category], key=attrgetter("value"), reverse=True):
        print(f"  {product.name:<10}{product.price:>8.2f} x {product.stock:<5d}= {product.value:>9,.2f} {sorted(product.tags)}")
    print(f"  {'total':<26}{sum(p.value for p in groups[category]):>11,.2f}")
print([p.name for p in products if {"steel"} <= p.tags], {p.name: p.stock for p in products if not p.stock})
print(max(products, key=attrgetter("price")).name, sorted({t for p in products for t in p.tags}))
print(products[0])
