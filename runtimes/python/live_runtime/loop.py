"""Init, then one invocation after the other."""

import os
import sys

from .api import Gone, RuntimeApi
from .context import LambdaContext
from .debug import debug_as_told
from .errors import envelope
from .handler import load_handler
from .logs import Now, log_error, make_sink, set_up
from .marshal import read_event, to_json, write_result
from .sources import load_from_sources
from .task_root import tell_what_was_left, tell_writes_to


def run():
    try:
        _Loop().run()
    except Gone:
        _flush()
        os._exit(1)


class _Loop:
    def __init__(self):
        self.api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
        # Nobody shows errors on the embedded AWS but the log; a session shows them itself (src/runtime/worker.cpp).
        self.error_mark = "\1live logged " if os.environ.pop("LIVE_CLOUD", None) is None else ""
        _set_up_output()
        _set_up_path()
        debug_as_told()
        self.log_sink = make_sink()
        set_up(self.log_sink)
        tell_writes_to(os.environ["LAMBDA_TASK_ROOT"])

    def run(self):
        handler = self._init()
        tell_what_was_left()
        while True:
            self._serve(handler, self.api.next())

    def _init(self):
        try:
            return load_handler(os.environ["_HANDLER"])
        except Exception as error:
            failure = envelope(error)
        self._tell(failure)
        self.api.init_error(failure["errorType"], to_json(failure).encode())
        sys.exit(1)

    def _serve(self, handler, invocation):
        headers = invocation.headers
        Now.request_id = request_id = headers["lambda-runtime-aws-request-id"]
        Now.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        _set_trace(headers.get("lambda-runtime-trace-id"))
        try:
            context = LambdaContext(headers)
            event = read_event(invocation.body, headers.get("content-type", "application/json"))
            body, content_type = write_result(handler(event, context))
        except Exception as error:
            failure = envelope(error, request_id)
        else:
            tell_what_was_left()
            _flush()
            self._check(self.api.respond(request_id, body, content_type))
            return
        tell_what_was_left()
        self._tell(failure)
        self._check(self.api.fail(request_id, to_json(failure).encode("utf-8", "replace")))

    def _tell(self, failure):
        log_error(self.log_sink, failure, self.error_mark)
        _flush()

    @staticmethod
    def _check(answer):
        if answer.status != 202:
            text = answer.body.decode("utf-8", "replace")
            print("LAMBDA_RUNTIME Failed to post an answer. Http response code: {}. {}".format(answer.status, text))


def _set_up_output():
    """One stream, as in Lambda's log, so that lines keep their order."""
    os.dup2(1, 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _set_up_path():
    root = os.environ["LAMBDA_TASK_ROOT"]
    # What the interpreter itself takes from PYTHONPATH when it starts; a spare one has started before.
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [root] + given + [path for path in sys.path if path not in given and path != root]
    load_from_sources(root, given)


def _set_trace(trace_id):
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # the handler has closed it, or put something in its place
            pass
