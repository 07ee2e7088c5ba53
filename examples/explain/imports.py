import json
import greeting

print(greeting.hello("you"))
print(json.dumps({"cached": greeting.__cached__ is not None}))
