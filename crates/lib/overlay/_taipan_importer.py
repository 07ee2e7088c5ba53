"""Serves the frozen standard library as if its files lay in their folder.

The virtual machine runs this at start-up, right after the import system, and calls _install() with the folder. A path hook
then owns that folder and the packages below it; modules say where their file would be, and their loader has the source.
"""

import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _external
import _imp
import sys

_folder = None


def _inner(path):
    """The part of a path below the folder, or None."""
    if path == _folder:
        return ''
    if path.startswith(_folder + '/'):
        return path[len(_folder) + 1:]
    return None


class LibraryLoader(_external.FileLoader, _external.SourceLoader):
    """Loads one module of the frozen library."""

    def get_code(self, fullname):
        return _imp._library_code(self.name)

    def get_data(self, path):
        inner = _inner(path)
        data = None if inner is None else _imp._library_data(inner)
        if data is None:
            return super().get_data(path)
        return data

    def path_stats(self, path):
        raise OSError('a frozen file has no times')

    def __repr__(self):
        return f'<frozen loader of {self.name!r}>'


class LibraryFinder:
    """Finds modules in the folder, or in one package of it."""

    def __init__(self, path):
        self.path = path
        self._files = None

    def find_spec(self, fullname, target=None):
        found = _imp._library_find(fullname)
        if found is None:
            return self._on_disk(fullname, target)
        path, is_package = found
        location = f'{_folder}/{path}'
        package = location.rpartition('/')[0]
        if (package.rpartition('/')[0] if is_package else package) != self.path:
            return self._on_disk(fullname, target)
        loader = LibraryLoader(fullname, location)
        spec = _bootstrap.ModuleSpec(fullname, loader, origin=location, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [package]
        return spec

    def _on_disk(self, fullname, target):
        """What the folder itself holds beside the frozen modules, if it exists."""
        if self._files is None:
            if not _external._path_isdir(self.path):
                return None
            details = _external._get_supported_file_loaders()
            self._files = _external.FileFinder(self.path, *details)
        return self._files.find_spec(fullname, target)

    def iter_modules(self, prefix=''):
        inner = _inner(self.path)
        dotted = inner.replace('/', '.') + '.' if inner else ''
        for name in _imp._library_names():
            if name.startswith(dotted):
                rest = name[len(dotted):]
                if rest and '.' not in rest:
                    yield prefix + rest, _imp._library_find(name)[1]

    def invalidate_caches(self):
        self._files = None

    def __repr__(self):
        return f'<finder of the frozen library in {self.path!r}>'


def _hook(path):
    inner = _inner(path) if isinstance(path, str) else None
    if inner is None:
        raise ImportError('not in the frozen library', path=path)
    if inner:
        found = _imp._library_find(inner.replace('/', '.'))
        if found is None or not found[1]:
            raise ImportError('no package of the frozen library', path=path)
    return LibraryFinder(path)


def _install(folder):
    global _folder
    _folder = folder
    sys.path_hooks.insert(0, _hook)
