"""The function's own modules are read from their sources: bytecode is checked by whole seconds, and a file may be
saved twice in one. Nor is bytecode written beside them, where it would be deployed. Packages are loaded as ever."""

import os
import sys
import time
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)

FRESH = 3  # seconds in which the same second may still go on, on a file system's clock


class _OwnSource(SourceFileLoader):
    def path_stats(self, path):
        stats = super().path_stats(path)
        if time.time() - stats["mtime"] < FRESH:
            raise OSError("its bytecode may be older")
        return stats

    def set_data(self, path, data, **kwargs):
        pass


def load_from_sources(root):
    finder = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES), (_OwnSource, SOURCE_SUFFIXES), (SourcelessFileLoader, BYTECODE_SUFFIXES)
    )
    inside = os.path.join(root, "")

    def hook(path):
        own = os.path.join(path, "").startswith(inside) and "site-packages" not in path
        if not own:
            raise ImportError("not the function's own")
        return finder(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
