"""The objects that `site` adds to `builtins`: exit and quit, copyright, credits and license, help."""

import sys


class Quitter:
    """Leaves the interpreter when called; its repr says how."""

    def __init__(self, name, eof):
        self.name = name
        self.eof = eof

    def __repr__(self):
        return f"Use {self.name}() or {self.eof} to exit"

    def __call__(self, code=None):
        # A shell that replaced stdin learns from its closing that it is to end.
        try:
            sys.stdin.close()
        except BaseException:
            pass
        raise SystemExit(code)


class _Printer:
    """Shows a text: all of it as repr if it is short, page by page when called."""

    MAXLINES = 23

    def __init__(self, name, data, files=(), dirs=()):
        import os

        self._name = name
        self._data = data
        self._candidates = [os.path.join(directory, file) for directory in dirs for file in files]
        self._lines = []

    def _load(self):
        if self._lines:
            return
        text = ""
        for candidate in self._candidates:
            try:
                with open(candidate, encoding="utf-8") as file:
                    text = file.read()
            except OSError:
                continue
            break
        self._lines = (text or self._data).split("\n")

    def __repr__(self):
        self._load()
        if len(self._lines) > self.MAXLINES:
            return f"Type {self._name}() to see the full {self._name} text"
        return "\n".join(self._lines)

    def __call__(self):
        self._load()
        text = "\n".join(self._lines)
        try:
            from _pyrepl.pager import get_pager
        except ImportError:
            print(self._name)
            print(text)
        else:
            get_pager()(text, title=self._name)


class _Helper:
    """pydoc's help, imported when it is first asked for."""

    def __repr__(self):
        return "Type help() for interactive help, or help(object) for help about object."

    def __call__(self, *args, **kwds):
        import pydoc

        return pydoc.help(*args, **kwds)
