"""The task root is read-only on Lambda. Here a write there succeeds, so it is told by lines of output that `live` takes
for itself (src/runtime/worker.cpp): before it happens, and then in which state the function has left the file."""

import os
import stat
import sys

WROTE = b"\x01live wrote "
LEFT = b"\x01live left "
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

# Which argument of an audit event is what it changes.
CHANGES = {"os.mkdir": 0, "os.remove": 0, "os.rename": 1, "os.rmdir": 0, "os.truncate": 0}


def _changed(event, arguments):
    if event == "open":
        path, _, flags = arguments
        return path if flags & WRITES else None
    at = CHANGES.get(event)
    return None if at is None else arguments[at]


_unsettled = set()


def _state_of(path):
    """As src/live/handler_writes.cpp names it."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return b"gone"
    if stat.S_ISDIR(found.st_mode):
        return b"%d" % found.st_ino
    return b"%d:%d:%d" % (found.st_ino, found.st_mtime_ns, found.st_size)


def tell_what_was_left():
    while _unsettled:
        path = _unsettled.pop()
        try:
            os.write(2, LEFT + _state_of(path) + b" " + path + b"\n")
        except OSError:  # it counts as a save
            pass


def tell_writes_to(task_root):
    inside = os.fsencode(os.path.join(task_root, ""))

    def hook(event, arguments):
        try:
            path = _changed(event, arguments)
            if path is None or isinstance(path, int):
                return
            path = os.path.abspath(os.fsencode(path))
            if path.startswith(inside):
                os.write(2, WROTE + path + b"\n")
                _unsettled.add(path)
        except Exception:  # it is the call that fails then
            pass

    sys.addaudithook(hook)
