"""Runs a command in a terminal of its own: what comes on standard input is typed there, what it shows goes to standard
output. File descriptor 3, where there is one, tells other sizes while it runs, a line each: "160x50" columns and rows.
Exits as the command did, with 128 and the signal's number where one ended it."""
import fcntl
import os
import pty
import selectors
import struct
import sys
import termios


def resize(terminal, text):
    columns, rows = map(int, text.split("x"))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


child, terminal = pty.fork()
if child == 0:
    resize(0, os.environ.get("TERMINAL_SIZE", "80x24"))
    os.execvp(sys.argv[1], sys.argv[1:])
selector = selectors.DefaultSelector()
sizes = 3
for watched in (terminal, sys.stdin.fileno(), sizes):
    try:
        os.fstat(watched)
        selector.register(watched, selectors.EVENT_READ)
    except OSError:  # nobody tells sizes
        pass
running = True
while running:
    for key, _ in selector.select():
        try:
            data = os.read(key.fd, 65536)
        except OSError:  # the terminal's other side is closed
            data = b""
        if key.fd != terminal and not data:
            selector.unregister(key.fd)
        elif key.fd == sizes:
            resize(terminal, data.decode().split()[-1])
        elif key.fd != terminal:
            os.write(terminal, data)
        elif not data:
            running = False
        else:
            os.write(1, data)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
