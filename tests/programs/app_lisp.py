"""A small Scheme: reader, evaluator with environments, tail calls, a few macros."""

import operator
from functools import reduce


class Symbol(str):
    pass


class SchemeError(Exception):
    pass


def tokenize(text):
    return text.replace("(", " ( ").replace(")", " ) ").replace("'", " ' ").split()


def read(tokens):
    if not tokens:
        raise SchemeError("unexpected end")
    token = tokens.pop(0)
    if token == "(":
        items = []
        while tokens and tokens[0] != ")":
            items.append(read(tokens))
        if not tokens:
            raise SchemeError("missing )")
        tokens.pop(0)
        return items
    if token == ")":
        raise SchemeError("unexpected )")
    if token == "'":
        return [Symbol("quote"), read(tokens)]
    if token in ("#t", "#f"):
        return token == "#t"
    for kind in (int, float):
        try:
            return kind(token)
        except ValueError:
            pass
    return Symbol(token)


class Environment(dict):
    def __init__(self, names=(), values=(), outer=None):
        super().__init__(zip(names, values))
        self.outer = outer

    def find(self, name):
        scope = self
        while scope is not None:
            if name in scope:
                return scope
            scope = scope.outer
        raise SchemeError(f"unbound: {name}")


class Procedure:
    def __init__(self, names, body, scope):
        self.names, self.body, self.scope = names, body, scope


def standard():
    scope = Environment()
    scope.update({
        "+": lambda *a: sum(a), "*": lambda *a: reduce(operator.mul, a, 1), "-": lambda a, *b: -a if not b else a - sum(b),
        "/": operator.truediv, "<": operator.lt, ">": operator.gt, "=": operator.eq, "car": lambda l: l[0], "cdr": lambda l: l[1:],
        "cons": lambda a, l: [a, *l], "list": lambda *a: list(a), "null?": lambda l: l == [], "length": len, "not": operator.not_,
        "modulo": operator.mod, "display": lambda x: print(show(x)),
    })
    return scope


def evaluate(x, scope):
    while True:
        if isinstance(x, Symbol):
            return scope.find(x)[x]
        if not isinstance(x, list):
            return x
        match x:
            case [Symbol("quote"), value]:
                return value
            case [Symbol("if"), test, then, *rest]:
                x = then if evaluate(test, scope) is not False else rest[0] if rest else None
            case [Symbol("define"), [name, *names], *body]:
                scope[name] = Procedure(names, body, scope)
                return None
            case [Symbol("define"), name, value]:
                scope[name] = evaluate(value, scope)
                return None
            case [Symbol("set!"), name, value]:
                scope.find(name)[name] = evaluate(value, scope)
                return None
            case [Symbol("lambda"), names, *body]:
                return Procedure(names, body, scope)
            case [Symbol("let"), bindings, *body]:
                x = [[Symbol("lambda"), [name for name, _ in bindings], *body], *(value for _, value in bindings)]
            case [Symbol("cond"), *clauses]:
                for test, *body in clauses:
                    if test == "else" or evaluate(test, scope) is not False:
                        x = body[-1]
                        break
                else:
                    return None
            case [Symbol("begin"), *body, last]:
                for item in body:
                    evaluate(item, scope)
                x = last
            case [operator_, *operands]:
                procedure = evaluate(operator_, scope)
                arguments = [evaluate(operand, scope) for operand in operands]
                if not isinstance(procedure, Procedure):
                    if not callable(procedure):
                        raise SchemeError(f"not a procedure: {show(procedure)}")
                    return procedure(*arguments)
                if len(arguments) != len(procedure.names):
                    raise SchemeError("wrong number of arguments")
                scope = Environment(procedure.names, arguments, procedure.scope)
                for item in procedure.body[:-1]:
                    evaluate(item, scope)
                x = procedure.body[-1]
            case []:
                raise SchemeError("empty combination")


def show(x):
    if isinstance(x, list):
        return "(" + " ".join(map(show, x)) + ")"
    if isinstance(x, bool):
        return "#t" if x else "#f"
    return "#<procedure>" if isinstance(x, Procedure) else str(x)


PROGRAM = """
(define (fact n) (if (< n 2) 1 (* n (fact (- n 1)))))
(fact 20)
(define (loop i acc) (if (= i 0) acc (loop (- i 1) (+ acc i))))
(loop 20000 0)
(define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l)))))
(map (lambda (x) (* x x)) '(1 2 3 4))
(define counter ((lambda (n) (lambda () (set! n (+ n 1)) n)) 0))
(counter) (counter)
(let ((x 2) (y 3)) (* x y))
(cond ((< 3 2) 'no) ((= 1 1) 'yes) (else 'maybe))
(begin (display '(a (b 1.5) #t)) (- 5))
(define (filter p l) (cond ((null? l) '()) ((p (car l)) (cons (car l) (filter p (cdr l)))) (else (filter p (cdr l)))))
(filter (lambda (n) (= (modulo n 3) 0)) (list 1 2 3 4 5 6))
undefined
(1 2)
(fact)
fact
(
"""
scope = standard()
tokens = tokenize(PROGRAM)
while tokens:
    try:
        value = evaluate(read(tokens), scope)
        if value is not None:
            print(show(value))
    except SchemeError as error:
        print("error:", error)
