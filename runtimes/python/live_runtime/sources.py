"""The function's own modules, and those of its layers, are read from their sources while these are fresh: bytecode is
checked by whole seconds, and a file may be saved twice in one. Nor is bytecode written beside the function's own, where it
would be deployed. Packages are loaded as ever."""

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


class _LayersSource(SourceFileLoader):
    def path_stats(self, path):
        stats = super().path_stats(path)
        if time.time() - stats["mtime"] < FRESH:
            raise OSError("its bytecode may be older")
        return stats


class _OwnSource(_LayersSource):
    def set_data(self, path, data, **kwargs):
        pass


def _finder(loader):
    return FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES), (loader, SOURCE_SUFFIXES), (SourcelessFileLoader, BYTECODE_SUFFIXES)
    )


def load_from_sources(root, layers):
    own, of_layers = _finder(_OwnSource), _finder(_LayersSource)
    inside = os.path.join(root, "")
    in_layers = tuple(os.path.join(layer, "") for layer in layers)

    def hook(path):
        folder = os.path.join(path, "")
        if "site-packages" in path or not folder.startswith((inside, *in_layers)):
            raise ImportError("neither the function's own nor a layer's")
        return own(path) if folder.startswith(inside) else of_layers(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
