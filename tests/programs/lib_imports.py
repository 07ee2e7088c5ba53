"""Packages, relative imports, reloading, hooks, resources, running modules: all made here."""

import importlib, importlib.util, importlib.machinery, importlib.abc, importlib.resources, importlib.metadata, os, pkgutil, platform, runpy, sys, sysconfig, types, zipfile

def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True); open(path, "w").write(text)
write("lib/pack/__init__.py", "print('init', __name__, __package__)\n__all__ = ['sub', 'x']\nx = 1\ndef __getattr__(n):\n    if n == 'lazy': return 'lazy value'\n    raise AttributeError(n)\n")
write("lib/pack/sub.py", "from . import x\nfrom .deep.leaf import leaf as lf\nimport pack.deep\nvalue = (x, lf)\n"); write("lib/pack/deep/__init__.py", ""); write("lib/pack/deep/leaf.py", "from ... import nothing\n" if False else "from .. import x as up\nleaf = ('leaf', up)\n")
write("lib/pack/__main__.py", "import sys\nprint('main', __name__, __package__, sys.argv[1:])\n"); write("lib/ns/one.py", "a = 1"); write("lib2/ns/two.py", "b = 2"); write("lib/circ_a.py", "import circ_b\nval = 1\n"); write("lib/circ_b.py", "from circ_a import val\n"); write("lib/bad.py", "x = (\n"); write("lib/boom.py", "raise ValueError('at import')\n"); write("lib/mod.py", "n = 1\n"); write("lib/pack/data/t.txt", "resource text")
sys.path[:0] = ["lib", "lib2"]
import pack.sub as ps; print(ps.value, ps.__name__, ps.__spec__.name, ps.__file__, ps.__spec__.parent)
from pack import *; print(x, sub is ps); from pack import lazy; print(lazy)
import ns.one, ns.two; print(ns.one.a, ns.two.b, ns.__path__.__class__.__name__, ns.__file__ if hasattr(ns, "__file__") else "no file", len(list(ns.__path__)))
for bad in ["import nope", "import pack.nope", "from pack import nope", "import circ_a", "import bad", "import boom", "from . import x", "import os.path.x", "from pack.sub import zip9", "import ''" , "from __future__ import zz", "importlib.import_module('.x')", "importlib.import_module('..z', 'pack')", "__import__('')"]:
    try: exec(bad); print("ok")
    except Exception as e: print(type(e).__name__, str(e).replace(os.getcwd(), "CWD"), getattr(e, "name", None))
import mod; write("lib/mod.py", "n = 22\n"); os.utime("lib/mod.py", (10**9, 10**9)); importlib.invalidate_caches(); m2 = importlib.reload(mod); print(mod.n, m2 is mod, "boom" in sys.modules); del sys.modules["mod"]; print(importlib.import_module("mod") is mod)
sys.modules["blocked"] = None
try: import blocked
except ImportError as e: print(type(e).__name__, e)
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None): return importlib.machinery.ModuleSpec(name, self, origin="virtual") if name.startswith("virt") else None
    def create_module(self, spec): return None
    def exec_module(self, module): module.who = module.__name__
sys.meta_path.append(Finder()); import virtual; print(virtual.who, virtual.__spec__.origin, virtual); spec = importlib.util.spec_from_file_location("direct", "lib/ns/one.py"); m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m); print(m.a, importlib.util.find_spec("zz9"), importlib.util.resolve_name(".x", "pack"), importlib.util.find_spec("pack.sub").origin, importlib.util.source_from_cache("a/__pycache__/b.cpython-314.pyc") if False else "")
with zipfile.ZipFile("z.zip", "w") as z: z.writestr("zmod.py", "z = 'from zip'"); z.writestr("zp/__init__.py", "q = __file__.endswith('z.zip/zp/__init__.py')"); z.writestr("__main__.py", "print('zip main', __name__)")
sys.path.insert(0, "z.zip"); import zmod, zp; print(zmod.z, zp.q, type(zmod.__loader__).__name__, zmod.__loader__.get_source("zmod"))
print([i.name for i in pkgutil.iter_modules(["lib"])], [i.name for i in pkgutil.walk_packages(["lib/pack"], "pack.")], pkgutil.get_data("pack", "data/t.txt"), pkgutil.resolve_name("os.path:join").__name__, importlib.resources.files("pack").joinpath("data/t.txt").read_text())
print(runpy.run_path("lib/ns/one.py")["a"], runpy.run_module("ns.two")["b"], runpy.run_path("z.zip", run_name="zz").get("__name__")); sys.argv[1:] = ["arg"]; runpy.run_module("pack", run_name="__main__", alter_sys=True)
l = importlib.util.LazyLoader(importlib.util.find_spec("pack.deep.leaf").loader); print(type(l).__name__, sys.path_importer_cache.get("lib").__class__.__name__, importlib.machinery.SOURCE_SUFFIXES, "json" in sys.stdlib_module_names, types.ModuleType("m").__spec__, hasattr(importlib.metadata, "version"))
try: importlib.metadata.version("not-installed")
except importlib.metadata.PackageNotFoundError as e: print(e)
print(platform.system(), platform.python_version_tuple()[:2], platform.machine() != "", sysconfig.get_python_version(), sysconfig.get_path("stdlib") is not None, sysconfig.get_config_var("nope"), sysconfig.get_platform().startswith("linux"), sorted(sysconfig.get_path_names())[:3], platform.architecture()[0], "posix_prefix" in sysconfig.get_scheme_names())
import __main__; print(__main__.__name__, __main__.__spec__, sys.modules["__main__"] is __main__, __import__("os.path").__name__, importlib.import_module("os.path").__name__, __import__("pack", fromlist=["sub"]).sub is ps)
