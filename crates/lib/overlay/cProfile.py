"""Profiling by the native module `_lsprof`: what `profile` does, with less overhead."""

__all__ = ["run", "runctx", "Profile"]

import _lsprof
import importlib.machinery
import importlib.util
import io
import profile as _pyprofile


def run(statement, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pyprofile.run.__doc__
runctx.__doc__ = _pyprofile.runctx.__doc__


def label(code):
    """A function's key in the statistics: file, first line, name."""
    if isinstance(code, str):
        return ("~", 0, code)
    return (code.co_filename, code.co_firstlineno, code.co_name)


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=0.0, subcalls=True, builtins=True)

    Builds a profiler, optionally with a timer of the caller's: a function returning a float, or an int in units of
    *timeunit* seconds.
    """

    def print_stats(self, sort=-1):
        import pstats

        if not isinstance(sort, tuple):
            sort = (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*sort).print_stats()

    def dump_stats(self, file):
        import marshal

        self.create_stats()
        with open(file, "wb") as output:
            marshal.dump(self.stats, output)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        entries = self.getstats()
        self.stats = {}
        callers = {}
        for entry in entries:
            nested = {}
            callers[id(entry.code)] = nested
            key = label(entry.code)
            calls = entry.callcount
            total, own = entry.totaltime, entry.inlinetime
            primitive = calls - entry.reccallcount
            if key in self.stats:
                # Two functions may share a key: their figures are added.
                old = self.stats[key]
                primitive += old[0]
                calls += old[1]
                own += old[2]
                total += old[3]
                nested.update(old[4])
            self.stats[key] = primitive, calls, own, total, nested
        for entry in entries:
            caller = label(entry.code)
            for call in entry.calls or ():
                nested = callers.get(id(call.code))
                if nested is None:
                    continue
                figures = (call.callcount, call.callcount - call.reccallcount, call.inlinetime, call.totaltime)
                if caller in nested:
                    figures = tuple(a + b for a, b in zip(nested[caller], figures))
                nested[caller] = figures

    def run(self, cmd):
        import __main__

        namespace = __main__.__dict__
        return self.runctx(cmd, namespace, namespace)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def main():
    import os
    import sys
    from optparse import OptionParser

    import pstats

    usage = "cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ..."
    parser = OptionParser(usage=usage)
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", help="Save stats to <outfile>", default=None)
    parser.add_option(
        "-s",
        "--sort",
        dest="sort",
        help="Sort order when printing to stdout, based on pstats.Stats class",
        default=2,
        choices=sorted(pstats.Stats.sort_arg_dict_default),
    )
    parser.add_option("-m", dest="module", action="store_true", help="Profile a library module", default=False)
    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if options.outfile is not None:
        options.outfile = os.path.abspath(options.outfile)
    if not args:
        parser.print_usage()
        return parser
    if options.module:
        code = "run_module(modname, run_name='__main__')"
        import runpy

        namespace = {"run_module": runpy.run_module, "modname": args[0]}
    else:
        program = args[0]
        sys.path.insert(0, os.path.dirname(program))
        with io.open_code(program) as file:
            code = compile(file.read(), program, "exec")
        spec = importlib.machinery.ModuleSpec(name="__main__", loader=None, origin=program)
        module = importlib.util.module_from_spec(spec)
        sys.modules["__main__"] = module
        namespace = module.__dict__
        namespace.update(__spec__=None, __file__=spec.origin, __name__=spec.name, __package__=None, __cached__=None)
    try:
        runctx(code, namespace, None, options.outfile, options.sort)
    except BrokenPipeError as error:
        # Nobody reads the output any more, also not at shutdown.
        sys.stdout = None
        sys.exit(error.errno)
    return parser


if __name__ == "__main__":
    main()
