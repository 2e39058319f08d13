"""Exits with 0 if what a requirements file asks for is there: in the folder or in this interpreter's own.
Anything that it cannot tell for certain (options, URLs, other files) counts as not there."""

import importlib.metadata
import re
import sys


def is_there(requirement, paths):
    from pip._vendor.packaging.requirements import Requirement

    asked = Requirement(requirement)
    if asked.url or (asked.marker and not asked.marker.evaluate()):
        return not asked.url
    found = next(iter(importlib.metadata.distributions(name=asked.name, path=paths)), None)
    return found is not None and asked.specifier.contains(found.version, prereleases=True)


def main(file, folder):
    paths = [folder] + sys.path[1:]
    with open(file, encoding="utf-8") as lines:
        wanted = [re.sub(r"(^|\s)#.*", "", line).strip() for line in lines]
    return all(is_there(one, paths) for one in wanted if one)


try:
    sys.exit(0 if main(*sys.argv[1:]) else 1)
except Exception:
    sys.exit(1)
