"""A debugger of .NET as small as it can be, by the interface that vsdbg and netcoredbg are built on (ICorDebug): attaches to
a process, breaks in a method, and tells a text that is its argument.

    clr_debugger.py DBGSHIM PID [MODULE TOKEN ARGUMENT]

It says what happens in lines of JSON, goes on from a breakpoint for each line that it is told, and leaves the process with
the end of its input.
"""
import ctypes
import json
import os
import sys
import threading
import uuid
from ctypes import CFUNCTYPE, POINTER, byref, c_int, c_uint32, c_void_p

# Of interfaces' methods their places, as cordebug.idl has them.
CORDEBUG_INITIALIZE, CORDEBUG_SET_HANDLER, CORDEBUG_ATTACH = 3, 5, 8
CONTROLLER_STOP, CONTROLLER_CONTINUE, CONTROLLER_DETACH = 3, 4, 9
MODULE_NAME, MODULE_FUNCTION, FUNCTION_BREAKPOINT, BREAKPOINT_ACTIVATE = 6, 9, 8, 3
THREAD_ACTIVE_FRAME, ILFRAME_ARGUMENT, REFERENCE_DEREFERENCE, STRING_LENGTH, STRING_TEXT = 15, 16, 10, 9, 10
CALLBACK_BREAKPOINT, CALLBACK_LOAD_MODULE = 3, 13
UNKNOWN, CALLBACK, CALLBACK2, CALLBACK3, ILFRAME, REFERENCE, STRING = (uuid.UUID(text).bytes_le for text in (
    "00000000-0000-0000-c000-000000000046", "3d6f5f60-7538-11d3-8d5b-00104b35e7ef", "250e5eea-db5c-4c76-b6f3-8c46f12e3203",
    "264ea0fc-2591-49aa-868e-835e6515323f", "03e26311-4f76-11d3-88c6-006097945418", "cc7bcaf9-8a68-11d2-983c-0000f808342d",
    "cc7bcafd-8a68-11d2-983c-0000f808342d"))
NO_INTERFACE = -2147467262


def tell(**what):
    print(json.dumps(what), flush=True)


def call(this, place, *arguments):
    table = ctypes.cast(this, POINTER(POINTER(c_void_p)))[0]
    types = [c_void_p] + [type(one) if isinstance(one, ctypes._SimpleCData) else c_void_p for one in arguments]
    result = CFUNCTYPE(c_int, *types)(table[place])(this, *arguments)
    if result < 0:
        raise OSError(f"method {place}: 0x{result & 0xFFFFFFFF:08x}")


def made(this, place, *arguments):
    out = c_void_p()
    call(this, place, *arguments, byref(out))
    return out


def as_a(this, interface):
    return made(this, 0, interface)


def text_of(this, place, length):
    text = ctypes.create_string_buffer(2 * (length + 1))
    call(this, place, c_uint32(length + 1), byref(c_uint32()), text)
    return text.raw.decode("utf-16-le").split("\0")[0]


class Handler:
    """Three tables of methods, one an interface; each method lets the process go on when it is done."""

    def __init__(self, acts):
        self.acts = acts
        self.kept = []
        self.controller = None
        self.tables = {CALLBACK: self.table(26, acts), CALLBACK2: self.table(8, {}), CALLBACK3: self.table(1, {}, process=1)}

    def table(self, methods, acts, process=0):
        counted = CFUNCTYPE(c_int, c_void_p)(lambda this: 1)
        entries = [CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(c_void_p))(self.query), counted, counted]
        entries += [self.method(acts.get(place), process) for place in range(3, 3 + methods)]
        table = (c_void_p * len(entries))(*[ctypes.cast(one, c_void_p) for one in entries])
        this = (c_void_p * 1)(ctypes.addressof(table))
        self.kept += [entries, table]
        return this

    def method(self, act, process):
        def run(this, *arguments):
            try:
                if act:
                    act(*arguments)
                self.controller = arguments[process] or self.controller  # a thread's new name comes without one
                call(self.controller, CONTROLLER_CONTINUE, c_int(0))
            except Exception as error:
                tell(error=str(error))
            return 0

        return CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)(run)

    def query(self, this, interface, out):
        wanted = ctypes.string_at(interface, 16)
        table = self.tables.get(CALLBACK if wanted == UNKNOWN else wanted)
        out[0] = ctypes.addressof(table) if table else None
        return 0 if table else NO_INTERFACE

    def __call__(self):
        return c_void_p(ctypes.addressof(self.tables[CALLBACK]))


def interface_of(shim, pid):
    """ICorDebug of whichever runtime the process has loaded."""
    handles, paths, count = c_void_p(), c_void_p(), c_uint32()
    if shim.EnumerateCLRs(c_uint32(pid), byref(handles), byref(paths), byref(count)) < 0 or count.value == 0:
        raise OSError(f"process {pid} has no runtime loaded")
    path = ctypes.cast(paths, POINTER(c_void_p))[0]
    version = ctypes.create_string_buffer(2 * 1024)
    shim.CreateVersionStringFromModule(c_uint32(pid), c_void_p(path), version, c_uint32(1024), byref(c_uint32()))
    found = c_void_p()
    result = shim.CreateDebuggingInterfaceFromVersionEx(c_int(4), version, byref(found))
    if result < 0:
        raise OSError(f"the runtime of process {pid} cannot be debugged: 0x{result & 0xFFFFFFFF:08x}")
    return found


def main(shim, pid, module="", token="0", argument="0"):
    told = threading.Event()
    breakpoints = []
    leaves = False

    def load(domain, loaded, *_):
        if module and text_of(loaded, MODULE_NAME, 1000).endswith(module):
            method = made(loaded, MODULE_FUNCTION, c_uint32(int(token)))
            breakpoints.append(made(method, FUNCTION_BREAKPOINT))
            call(breakpoints[-1], BREAKPOINT_ACTIVATE, c_int(1))
            tell(breakpoint=int(token))

    def hit(domain, thread, *_):
        frame = as_a(made(thread, THREAD_ACTIVE_FRAME), ILFRAME)
        reference = as_a(made(frame, ILFRAME_ARGUMENT, c_uint32(int(argument))), REFERENCE)
        text = as_a(made(reference, REFERENCE_DEREFERENCE), STRING)
        length = c_uint32()
        call(text, STRING_LENGTH, byref(length))
        told.clear()
        tell(hit=text_of(text, STRING_TEXT, length.value))
        if not leaves:
            told.wait()

    debug = interface_of(ctypes.CDLL(shim), int(pid))
    handler = Handler({CALLBACK_LOAD_MODULE: load, CALLBACK_BREAKPOINT: hit})
    call(debug, CORDEBUG_INITIALIZE)
    call(debug, CORDEBUG_SET_HANDLER, handler())
    process = made(debug, CORDEBUG_ATTACH, c_uint32(int(pid)), c_int(0))
    tell(attached=int(pid))
    for _ in sys.stdin:
        told.set()
    leaves = True
    told.set()
    call(process, CONTROLLER_STOP, c_uint32(0))
    for one in breakpoints:
        call(one, BREAKPOINT_ACTIVATE, c_int(0))
    call(process, CONTROLLER_DETACH)
    os._exit(0)


main(*sys.argv[1:])
