"""Opens this process to the developer's debugger, before any of the function's code is there."""

import json
import os
import sys

FOUND_BY = ("PYDEVD_", "DEBUGPY_")  # names that debugpy sets, and a deployed function does not see


def debug_as_told():
    """What `live` says, once: the function does not see it."""
    told = os.environ.pop("LIVE_INSPECT", None)
    if not told:
        return
    told = json.loads(told)
    before = dict(os.environ)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # of modules that Python has frozen: nobody steps there
    try:
        _open(_debugpy(told.get("debugger")), told["wait"])
    except Exception as error:
        _say("No debugger can look into this function: {}. Run `{} -m pip install debugpy`".format(error, sys.executable))
    finally:
        for name in [name for name in os.environ if name.startswith(FOUND_BY) and name not in before]:
            del os.environ[name]
    if told["wait"]:
        _say("Debugger lets init go on")


def _debugpy(folder):
    """From the interpreter's own packages, or from a folder of `live`'s."""
    if folder:
        sys.path.append(folder)
    try:
        import debugpy
    finally:
        if folder:
            sys.path.remove(folder)
    return debugpy


def _open(debugpy, wait):
    host, port = debugpy.listen(("127.0.0.1", 0))
    _say("Debugger listening on {}:{}".format(host, port))
    if wait:
        debugpy.wait_for_client()


def _say(line):
    os.write(2, (line + "\n").encode())
