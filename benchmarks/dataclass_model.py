"""A shop's model in data classes: made, compared, hashed, replaced, ordered, shown."""

from dataclasses import asdict, dataclass, field, replace
from functools import total_ordering


@dataclass(frozen=True, order=True)
class Money:
    cents: int
    currency: str = "EUR"

    def __add__(self, other):
        return Money(self.cents + other.cents, self.currency)

    def times(self, n):
        return Money(self.cents * n, self.currency)


@dataclass(frozen=True)
class Product:
    code: str
    name: str
    price: Money


@dataclass
class Line:
    product: Product
    count: int = 1

    @property
    def total(self):
        return self.product.price.times(self.count)


@dataclass
class Order:
    number: int
    customer: str
    lines: list[Line] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, product, count):
        for line in self.lines:
            if line.product == product:
                line.count += count
                return
        self.lines.append(Line(product, count))

    def total(self):
        return sum((line.total for line in self.lines), Money(0))


@total_ordering
@dataclass(slots=True, eq=False)
class Rank:
    level: int

    def __eq__(self, other):
        return self.level == other.level

    def __lt__(self, other):
        return self.level < other.level


def main():
    products = [Product(f"P{i}", f"product {i}", Money(i * 99 % 500 + 1)) for i in range(40)]
    stock = {product: 100 for product in products}
    orders = []
    for number in range(28000):
        order = Order(number, f"customer {number % 50}")
        for k in range(6):
            product = products[(number * 7 + k * k) % 40]
            order.add(product, k + 1)
            stock[product] -= 1
        orders.append(order)
    best = max(orders, key=lambda o: (o.total(), -o.number))
    print(best.number, best.total(), sum(stock.values()))
    print(len(str(asdict(best))), repr(best)[:60])
    cheaper = [replace(p, price=Money(p.price.cents // 2)) for p in products for _ in range(200)]
    print(len(set(cheaper)), min(p.price for p in cheaper))
    print(sorted([Rank(i * 7 % 11) for i in range(3000)])[-1], max(Rank(i) for i in range(50000)) >= Rank(5))


main()
