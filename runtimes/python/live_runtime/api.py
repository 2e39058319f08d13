"""The Lambda Runtime API over one kept socket. Nothing that a handler does to http.client or urllib (patching,
mocking, tracing) reaches it."""

import os
import re
import socket

VERSION = "/2018-06-01/runtime"


class Gone(Exception):
    """Who serves us is not there any more: there is nothing left to run for."""


class Answer:
    __slots__ = ("status", "headers", "body")

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # by lower-case name
        self.body = body


class RuntimeApi:
    def __init__(self, address):
        authority, slash, path = address.partition("/")
        host, _, port = authority.rpartition(":")
        self._prefix = slash + path + VERSION
        self._head = "Host: {}\r\n".format(authority)
        self._pid = os.getpid()
        self._socket = socket.create_connection((host or authority, int(port) if host else 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def next(self):
        """The next invocation. Waits as long as it takes."""
        return self._exchange("GET", "/invocation/next", {}, b"")

    def respond(self, request_id, body, content_type):
        path = "/invocation/{}/response".format(request_id)
        return self._exchange("POST", path, {"Content-Type": content_type}, body)

    def fail(self, request_id, error):
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": "Unhandled"}
        return self._exchange("POST", "/invocation/{}/error".format(request_id), headers, error)

    def init_error(self, error_type, error):
        headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": _in_header(error_type)}
        return self._exchange("POST", "/init/error", headers, error)

    def _exchange(self, method, path, headers, body):
        if os.getpid() != self._pid:
            raise Gone("a child process of the function")  # os.fork() in a handler
        lines = "".join("{}: {}\r\n".format(name, value) for name, value in headers.items())
        length = "Content-Length: {}\r\n".format(len(body)) if method == "POST" else ""
        head = "{} {}{} HTTP/1.1\r\n{}{}{}\r\n".format(method, self._prefix, path, self._head, lines, length)
        try:
            self._socket.sendall(head.encode("latin-1", "replace") + body)
            return self._answer()
        except OSError as error:
            raise Gone(str(error)) from error

    def _answer(self):
        head = self._take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self._take(int(headers.get("content-length", 0)))
        return Answer(int(head[0].split(" ")[1]), headers, body)

    def _take_until(self, mark):
        while True:
            end = self._received.find(mark)
            if end >= 0:
                head = bytes(self._received[:end])
                del self._received[: end + len(mark)]
                return head
            self._receive()

    def _take(self, size):
        while len(self._received) < size:
            self._receive()
        body = bytes(self._received[:size])
        del self._received[:size]
        return body

    def _receive(self):
        piece = self._socket.recv(262144)
        if not piece:
            raise Gone("the Runtime API has closed the connection")
        self._received += piece


def _in_header(error_type):
    """The name that a handler has given its error; the body has all of it."""
    return re.sub("[^ -~]", "?", error_type[:256])
