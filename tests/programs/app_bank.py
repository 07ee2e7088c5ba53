"""Accounts with transactions that roll back."""

from contextlib import contextmanager
from decimal import Decimal


class BankError(Exception):
    pass


class Insufficient(BankError):
    def __init__(self, account, amount):
        super().__init__(f"{account.owner} lacks {amount - account.balance}")
        self.account = account


class Account:
    def __init__(self, owner, balance="0"):
        self.owner = owner
        self.balance = Decimal(balance)
        self.log = []

    def change(self, amount):
        if self.balance + amount < 0:
            raise Insufficient(self, -amount)
        self.balance += amount
        self.log.append(amount)

    def __repr__(self):
        return f"<{self.owner}: {self.balance:,.2f}>"


@contextmanager
def transaction(*accounts):
    saved = [(account.balance, len(account.log)) for account in accounts]
    try:
        yield accounts
    except BankError:
        for account, (balance, length) in zip(accounts, saved):
            account.balance = balance
            del account.log[length:]
        raise


def transfer(source, target, amount):
    amount = Decimal(amount)
    with transaction(source, target):
        target.change(amount)
        source.change(-amount)


ann, bob = Account("Ann", "1234.50"), Account("Bob", "10.05")
transfer(ann, bob, "200.25")
print(ann, bob)
for amount in ("5000", "0.01"):
    try:
        transfer(ann, bob, amount)
    except Insufficient as error:
        print(type(error).__name__, error, error.account is ann)
    finally:
        print(ann, bob, len(bob.log))
print(sum((a.balance for a in (ann, bob)), Decimal()), [str(x) for x in ann.log])
