class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance

    @property
    def balance(self):
        return self._balance

    @balance.setter
    def balance(self, value):
        if value < 0:
            raise ValueError("an account cannot be below zero")
        self._balance = value


account = Account("Ada", 10)
account.balance += 5
try:
    account.balance -= 100
except ValueError as error:
    print(error)
print(account.owner, account.balance)
