"""One-way constraints that keep a chain and a projection of variables consistent: polymorphic methods and lists."""


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.strength = 6
        self.mark = 0


class Constraint:
    strength = 0

    def __init__(self, planner, strength):
        self.strength = strength
        planner.add(self)


class Equal(Constraint):
    def __init__(self, planner, a, b, strength):
        self.a, self.b = a, b
        self.forward = True
        super().__init__(planner, strength)

    def variables(self):
        return (self.a, self.b)

    def output(self):
        return self.b if self.forward else self.a

    def input(self):
        return self.a if self.forward else self.b

    def choose(self, mark):
        if self.a.mark == mark:
            self.forward = True
            return self.b.mark != mark and self.b.strength > self.strength
        if self.b.mark == mark:
            self.forward = False
            return self.a.mark != mark and self.a.strength > self.strength
        self.forward = self.a.strength <= self.b.strength
        return self.output().strength > self.strength

    def execute(self):
        self.output().value = self.input().value

    def is_input(self):
        return False


class Scale(Equal):
    def __init__(self, planner, a, factor, offset, b, strength):
        self.factor, self.offset = factor, offset
        super().__init__(planner, a, b, strength)

    def execute(self):
        if self.forward:
            self.b.value = self.a.value * self.factor.value + self.offset.value
        else:
            self.a.value = (self.b.value - self.offset.value) // self.factor.value


class Edit(Constraint):
    def __init__(self, planner, variable, strength):
        self.variable = variable
        super().__init__(planner, strength)

    def variables(self):
        return (self.variable,)

    def output(self):
        return self.variable

    def choose(self, mark):
        return self.variable.mark != mark and self.variable.strength > self.strength

    def execute(self):
        pass

    def is_input(self):
        return True


class Planner:
    def __init__(self):
        self.mark = 0

    def add(self, constraint):
        for variable in constraint.variables():
            variable.constraints.append(constraint)
        self.mark += 1
        while constraint is not None:
            if not constraint.choose(self.mark):
                return
            output = constraint.output()
            loser = output.determined_by
            output.determined_by = constraint
            output.strength = constraint.strength
            output.mark = self.mark
            constraint.execute()
            self.propagate(output)
            constraint = loser

    def propagate(self, variable):
        todo = [variable]
        while todo:
            current = todo.pop()
            for constraint in current.constraints:
                if constraint is not current.determined_by and constraint.output().determined_by is constraint:
                    constraint.execute()
                    todo.append(constraint.output())

    def plan(self, sources):
        self.mark += 1
        plan = []
        todo = list(sources)
        while todo:
            constraint = todo.pop()
            output = constraint.output()
            if output.mark == self.mark:
                continue
            plan.append(constraint)
            output.mark = self.mark
            for other in output.constraints:
                if other is not output.determined_by and other.output().determined_by is other:
                    todo.append(other)
        return plan


def chain(length, rounds):
    planner = Planner()
    variables = [Variable(f"v{i}", 0) for i in range(length + 1)]
    for a, b in zip(variables, variables[1:]):
        Equal(planner, a, b, 1)
    edit = Edit(planner, variables[0], 3)
    plan = planner.plan([edit])
    for value in range(rounds):
        variables[0].value = value
        for constraint in plan:
            constraint.execute()
    return variables[-1].value


def projection(size, rounds):
    planner = Planner()
    factor, offset = Variable("factor", 10), Variable("offset", 1000)
    pairs = [(Variable(f"s{i}", i), Variable(f"d{i}", i)) for i in range(size)]
    for source, target in pairs:
        Scale(planner, source, factor, offset, target, 1)
    total = 0
    for value in range(rounds):
        factor.value = value
        for source, target in pairs:
            source.value += 1
            planner.propagate(source)
            total += target.value
    return total


print(chain(2000, 700), projection(400, 700))
