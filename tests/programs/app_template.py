"""A template engine that compiles to Python."""

import re


class Template:
    TOKEN = re.compile(r"({{.*?}}|{%.*?%}|{#.*?#})", re.S)

    def __init__(self, text):
        self.code = ["def render(out, context):"]
        self.depth = 1
        self.stack = []
        for part in self.TOKEN.split(text):
            if part.startswith("{{"):
                self.emit(f"out(escape({self.expression(part[2:-2])}))")
            elif part.startswith("{%"):
                self.tag(part[2:-2].strip())
            elif part and not part.startswith("{#"):
                self.emit(f"out({part!r})")
        if self.stack:
            raise SyntaxError(f"unclosed {self.stack[-1]}")
        namespace = {"escape": lambda v: str(v).replace("&", "&amp;").replace("<", "&lt;"), "look": self.look}
        exec(compile("\n".join(self.code), "<template>", "exec"), namespace)
        self.function = namespace["render"]

    def emit(self, line):
        self.code.append("    " * self.depth + line)

    def expression(self, text):
        first, *filters = [piece.strip() for piece in text.split("|")]
        code = repr(first[1:-1]) if first[0] in "'\"" else f"look(context, {first!r})"
        for name in filters:
            code = f"str({code}).{name}()"
        return code

    def tag(self, text):
        word, _, rest = text.partition(" ")
        if word == "if":
            self.emit(f"if {self.expression(rest)}:")
            self.open("if")
        elif word == "else":
            self.depth -= 1
            self.emit("else:")
            self.depth += 1
        elif word == "for":
            name, _, source = rest.partition(" in ")
            self.emit(f"for context[{name!r}] in {self.expression(source)}:")
            self.open("for")
        elif word.startswith("end"):
            if not self.stack or self.stack.pop() != word[3:]:
                raise SyntaxError(f"unexpected {word}")
            self.emit("pass")
            self.depth -= 1
        else:
            raise SyntaxError(f"unknown tag {word!r}")

    def open(self, word):
        self.stack.append(word)
        self.depth += 1

    @staticmethod
    def look(context, path):
        first, *rest = path.split(".")
        value = context.get(first, "")
        for name in rest:
            value = value[name] if isinstance(value, dict) else getattr(value, name)
            value = value() if callable(value) else value
        return value

    def __call__(self, **context):
        parts = []
        self.function(parts.append, context)
        return "".join(parts)


page = Template("""<h1>{{ title|upper }}</h1>{# comment #}
{% for user in users %}{% if user.admin %}* {{ user.name }}{% else %}- {{ user.name|title }}{% endif %}
{% endfor %}{% if empty %}never{% endif %}{{ "literal" }} {{ word.swapcase }}
""")
print(page(title="a <b> & c", users=[{"name": "ann", "admin": True}, {"name": "bob o'hara", "admin": False}], word="Ab"))
for bad in ("{% if x %}", "{% endfor %}", "{% nope %}", "{% for x in y %}{% endif %}"):
    try:
        Template(bad)
    except SyntaxError as error:
        print(error)
