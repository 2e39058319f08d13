"""A Lambda runtime that waits, with everything loaded but the function's code and environment, until a line on its
standard input tells which function it is: {"folder": ..., "environment": {...}}."""

# What multiprocessing starts loads this file again, by another name, for its functions.
if __name__ == "__main__":
    # What boto3 and most handlers load.
    import base64  # noqa: F401
    import datetime  # noqa: F401
    import decimal  # noqa: F401
    import email.message  # noqa: F401
    import hashlib  # noqa: F401
    import hmac  # noqa: F401
    import http.client  # noqa: F401
    import json
    import os
    import random  # noqa: F401
    import socket  # noqa: F401
    import ssl  # noqa: F401
    import subprocess  # noqa: F401
    import sys
    import tempfile  # noqa: F401
    import time
    import typing  # noqa: F401
    import urllib.request  # noqa: F401
    import uuid  # noqa: F401

    from live_runtime.loop import run

    del sys.path[0]
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)  # nobody needs us
    order = json.loads(line)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    time.tzset()
    run()
