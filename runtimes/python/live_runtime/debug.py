"""Opens this process to the developer's debugger, before any of the function's code is there."""

import json
import os
import sys

FOUND_BY = ("PYDEVD_", "DEBUGPY_", "LIBRARY_ROOTS")  # names that debugpy sets or reads, and a deployed function does not see


def debug_as_told():
    """What `live` says, once: the function does not see it."""
    told = os.environ.pop("LIVE_INSPECT", None)
    if not told:
        return
    told = json.loads(told)
    before = dict(os.environ)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # of modules that Python has frozen: nobody steps there
    os.environ["LIBRARY_ROOTS"] = os.pathsep.join(_libraries())
    try:
        _open(_debugpy(told.get("debugger")), told["wait"])
    except Exception as error:
        _say("No debugger can look into this function: {}. Run `{} -m pip install debugpy`".format(error, sys.executable))
    finally:
        for name in [name for name in os.environ if name.startswith(FOUND_BY)]:
            del os.environ[name]
        os.environ.update({name: value for name, value in before.items() if name.startswith(FOUND_BY)})
    if told["wait"]:
        _say("Debugger lets init go on")


def _libraries():
    """Where code lies that is not the developer's: nobody steps there, nor sees its frames. debugpy's own list, and us."""
    import site
    import sysconfig

    found = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    if hasattr(site, "getsitepackages"):  # an old virtualenv has a `site` of its own
        found += site.getsitepackages() + [site.getusersitepackages()]
    found += [path for path in sys.path if os.path.basename(path) == "site-packages"]
    found += [os.path.dirname(os.__file__), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    return sorted({path for one in found if one for path in (one, os.path.realpath(one))})


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
