"""A template engine: text compiled to closures, filters, loops and conditions, rendered many times."""

import html
import re
import string

TOKEN = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.S)


class Context:
    def __init__(self, values):
        self.stack = [values]

    def look_up(self, path):
        name, *rest = path
        for scope in reversed(self.stack):
            if name in scope:
                value = scope[name]
                break
        else:
            return ""
        for part in rest:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        return value


FILTERS = {"upper": str.upper, "title": str.title, "escape": html.escape, "length": len}


def compile_expression(text):
    path, *filters = (part.strip() for part in text.split("|"))
    path = path.split(".")
    functions = [FILTERS[f] for f in filters]

    def evaluate(context):
        value = context.look_up(path)
        for function in functions:
            value = function(value)
        return value

    return evaluate


def compile_nodes(tokens, until=()):
    nodes = []
    while tokens:
        token = tokens.pop()
        if token.startswith("{{"):
            evaluate = compile_expression(token[2:-2].strip())
            nodes.append(lambda c, e=evaluate: str(e(c)))
        elif token.startswith("{%"):
            words = token[2:-2].split()
            if words[0] in until:
                break
            nodes.append(make_for(words, tokens) if words[0] == "for" else make_if(words, tokens))
        elif token:
            nodes.append(lambda c, t=token: t)
    return lambda context: "".join([node(context) for node in nodes])


def make_for(words, tokens):
    name, evaluate = words[1], compile_expression(words[3])
    body = compile_nodes(tokens, ("endfor",))

    def loop(context):
        out = []
        for i, item in enumerate(evaluate(context)):
            context.stack.append({name: item, "index": i})
            out.append(body(context))
            context.stack.pop()
        return "".join(out)

    return loop


def make_if(words, tokens):
    evaluate = compile_expression(words[1])
    body = compile_nodes(tokens, ("endif",))
    return lambda context: body(context) if evaluate(context) else ""


def compile_template(text):
    return compile_nodes(TOKEN.split(text)[::-1])


PAGE = """<html><head><title>{{ title|escape }}</title></head><body><h1>{{ title|upper }}</h1><table>
{% for row in rows %}<tr class="r{{ index }}"><td>{{ row.name|title }}</td><td>{{ row.price }}</td>
<td>{% if row.hot %}<b>hot</b>{% endif %}{% for tag in row.tags %}<i>{{ tag|escape }}</i> {% endfor %}</td></tr>
{% endfor %}</table><p>{{ rows|length }} rows</p></body></html>"""


def main():
    rows = [
        {"name": f"thing {i}", "price": i * 3, "hot": i % 3 == 0, "tags": ["<a>", "b & c", str(i)]} for i in range(120)
    ]
    page = compile_template(PAGE)
    size = 0
    for number in range(360):
        size += len(page(Context({"title": f"Page <{number}>", "rows": rows})))
    print(size)
    line = string.Template("$name owes $$${sum} since $day")
    print(sum(len(line.substitute(name=f"n{i}", sum=i, day="Monday")) for i in range(80000)))


main()
