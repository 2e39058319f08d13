"""A Lambda runtime for Python: asks the Runtime API for invocations and runs the function's handler."""

import os
import sys


def drop_own_locale():
    """Python sets one where this machine lacks the function's (PEP 538)."""
    with open("/proc/self/environ", "rb") as given:
        if not any(variable.startswith(b"LC_CTYPE=") for variable in given.read().split(b"\0")):
            os.environ.pop("LC_CTYPE", None)


# What multiprocessing starts loads this file again, by another name, for its functions.
if __name__ == "__main__":
    from live_runtime.loop import run

    del sys.path[0]  # ours, which is nobody else's business
    drop_own_locale()
    run()
