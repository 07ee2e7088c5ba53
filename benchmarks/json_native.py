"""The module json, out and in."""

import json


def document(n):
    return {
        "items": [
            {
                "id": i,
                "name": f"item number {i}",
                "price": i * 1.25,
                "tags": ["a", "b\u00e9", "quote \" and \\ slash", str(i)],
                "on": i % 2 == 0,
                "none": None,
                "nested": {"x": [1, 2, [3, {"deep": i}]], "y": -i},
            }
            for i in range(n)
        ]
    }


def main():
    made = document(2500)
    total = 0
    for _ in range(24):
        text = json.dumps(made)
        back = json.loads(text)
        total += len(text)
    print(total, back == made)
    pretty = json.dumps(document(2000), indent=2, sort_keys=True)
    print(len(pretty), len(json.loads(pretty)["items"]))
    for _ in range(20000):
        json.loads(json.dumps({"id": 1, "method": "call", "params": [1, 2, 3]}))


main()
