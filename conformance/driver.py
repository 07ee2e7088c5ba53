"""Runs one module of CPython's test suite and writes a line for each single test.

    driver.py RESULTS MODULE [SKIP]

RESULTS is the file to append to; each line is `kind TAB id TAB detail` with backslash, tab and newline escaped. Kinds: `start` (a
test begins: the last one without an end is what crashed), `pass`, `fail`, `error`, `skip`, `subtest` (a failing one), `module`
(the module as a whole: its detail is `done`, or why it could not be loaded). SKIP is a file of ids not to run.

It uses as little of the library as it can beside unittest, so that an interpreter in the making can run it.
"""

import os
import sys
import unittest


def escape(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


class Results:
    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.pid = os.getpid()

    def write(self, kind, name, detail=""):
        # A test that forks and comes back here in the child must not report twice.
        if os.getpid() == self.pid:
            line = "\t".join((kind, escape(name), escape(detail))) + "\n"
            os.write(self.fd, line.encode("utf-8", "backslashreplace"))


def describe(err):
    """The exception's type and the first line of its message."""
    kind, value, _ = err
    try:
        text = str(value)
    except BaseException as error:
        text = "<unprintable: " + type(error).__name__ + ">"
    for line in text.splitlines():
        if line.strip():
            return kind.__name__ + ": " + line.strip()[:200]
    return kind.__name__


class Recorder(unittest.TestResult):
    """Writes each result as it comes. A test's result is written when it stops, so that a failing clean-up counts."""

    def __init__(self, results, names):
        super().__init__()
        self.out = results
        self.names = names
        self.current = None

    def name_of(self, test):
        return self.names.get(id(test)) or test.id()

    def startTest(self, test):
        super().startTest(test)
        self.current = test
        self.outcome = None
        self.out.write("start", self.name_of(test))

    def stopTest(self, test):
        super().stopTest(test)
        if self.outcome is not None:
            self.out.write(self.outcome[0], self.name_of(test), self.outcome[1])
        self.current = None

    def note(self, test, kind, detail=""):
        if test is not self.current:
            # setUpClass, setUpModule and their like: no test of their own.
            self.out.write(kind, test.id(), detail)
        elif self.outcome is None or self.outcome[0] in ("pass", "skip"):
            self.outcome = (kind, detail)

    def addSuccess(self, test):
        if test is self.current and self.outcome is None:
            self.outcome = ("pass", "")

    def addFailure(self, test, err):
        self.note(test, "fail", describe(err))

    def addError(self, test, err):
        self.note(test, "error", describe(err))

    def addSkip(self, test, reason):
        if test is self.current or self.current is None:
            self.note(test, "skip", str(reason))

    def addExpectedFailure(self, test, err):
        self.note(test, "pass")

    def addUnexpectedSuccess(self, test):
        self.note(test, "fail", "unexpected success")

    def addSubTest(self, test, subtest, err):
        if err is None:
            return
        kind = "fail" if issubclass(err[0], test.failureException) else "error"
        detail = describe(err)
        parameters = str(subtest).rpartition(") ")[2]
        self.out.write("subtest", self.name_of(test) + " " + parameters, kind + " " + detail)
        if test is self.current:
            self.note(test, kind, "subtest: " + detail)


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.BaseTestSuite):
            yield from flatten(item)
        else:
            yield item


def without(suite, names, skipped):
    """The suite as it is nested, without the tests to skip: nesting decides about class and module fixtures."""
    kept = type(suite)()
    for item in suite:
        if isinstance(item, unittest.BaseTestSuite):
            kept.addTest(without(item, names, skipped))
        elif names[id(item)] not in skipped:
            kept.addTest(item)
    return kept


def load(module):
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromName(module)
    if loader.errors:
        raise ImportError(loader.errors[0].strip().splitlines()[-1])
    return suite


def prepare():
    """What regrtest sets up, as far as results depend on it."""
    from test import support

    support.verbose = 0
    support.use_resources = ["cpu", "subprocess", "decimal", "tzdata"]
    support.PGO = False


def main():
    path, module = sys.argv[1:3]
    skipped = set()
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as file:
            skipped.update(line.rstrip("\n") for line in file)
    results = Results(path)
    sys.argv[1:] = []
    try:
        prepare()
        suite = load(module)
    except unittest.SkipTest as error:
        results.write("module", module, "skip: " + str(error))
        return
    except BaseException as error:
        results.write("module", module, "error: " + describe((type(error), error, None)))
        return
    names = {}
    seen = {}
    # Ids of loaded tests are made unique here, and the tests kept alive so that id() stays theirs.
    tests = list(flatten(suite))
    for test in tests:
        name = test.id()
        seen[name] = seen.get(name, 0) + 1
        names[id(test)] = name if seen[name] == 1 else name + " #" + str(seen[name])
    without(suite, {key: escape(name) for key, name in names.items()}, skipped).run(Recorder(results, names))
    results.write("module", module, "done")


if __name__ == "__main__":
    main()
