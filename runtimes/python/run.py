"""A Lambda runtime for Python: asks the Runtime API for invocations and runs the function's handler."""

import sys

from live_runtime.loop import run

del sys.path[0]  # ours, which is nobody else's business
run()
