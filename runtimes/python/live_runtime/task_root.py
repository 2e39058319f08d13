"""The task root is read-only on Lambda. Here a write there succeeds, so it is told: before it happens, by a line of
output that `live` takes for itself (src/runtime/worker.cpp)."""

import os
import sys

MARK = b"\x01live wrote "
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

# Which argument of an audit event is what it changes.
CHANGES = {"os.mkdir": 0, "os.remove": 0, "os.rename": 1, "os.rmdir": 0, "os.truncate": 0}


def _changed(event, arguments):
    if event == "open":
        path, _, flags = arguments
        return path if flags & WRITES else None
    at = CHANGES.get(event)
    return None if at is None else arguments[at]


def tell_writes_to(task_root):
    inside = os.fsencode(os.path.join(task_root, ""))

    def hook(event, arguments):
        try:
            path = _changed(event, arguments)
            if path is None or isinstance(path, int):
                return
            path = os.path.abspath(os.fsencode(path))
            if path.startswith(inside):
                os.write(2, MARK + path + b"\n")
        except Exception:  # it is the call that fails then
            pass

    sys.addaudithook(hook)
