"""Dataclasses, pattern matching and exceptions in a small bank."""

from dataclasses import dataclass, field


class InsufficientFunds(Exception):
    pass


@dataclass
class Account:
    owner: str
    balance: int = 0
    history: list = field(default_factory=list)

    def apply(self, operation):
        match operation:
            case ("deposit", int(amount)) if amount > 0:
                self.balance += amount
            case ("withdraw", int(amount)) if amount > self.balance:
                raise InsufficientFunds(f"{self.owner} has {self.balance}, not {amount}")
            case ("withdraw", int(amount)):
                self.balance -= amount
            case _:
                raise ValueError(f"no such operation: {operation!r}")
        self.history.append(operation)


account = Account("Ada")
for operation in [("deposit", 100), ("withdraw", 30), ("withdraw", 500), ("close",)]:
    try:
        account.apply(operation)
    except (InsufficientFunds, ValueError) as error:
        print(type(error).__name__, error, sep=": ")
print(account)
