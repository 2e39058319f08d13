"""Runs a command in a terminal of its own: what comes on standard input is typed there, what it shows goes to standard
output. Exits as the command did, with 128 and the signal's number where one ended it."""
import os
import pty
import selectors
import sys

child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
selector = selectors.DefaultSelector()
selector.register(terminal, selectors.EVENT_READ)
selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
running = True
while running:
    for key, _ in selector.select():
        try:
            data = os.read(key.fd, 65536)
        except OSError:  # the terminal's other side is closed
            data = b""
        if key.fd != terminal and not data:
            selector.unregister(key.fd)
        elif key.fd != terminal:
            os.write(terminal, data)
        elif not data:
            running = False
        else:
            os.write(1, data)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
