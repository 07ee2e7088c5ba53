def calculate(x):
    return x * 2

numbers = [1, 2, 3]
result = calculate(5)
print(result)
