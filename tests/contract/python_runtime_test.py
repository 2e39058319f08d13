"""Our runtime for Python answers as Lambda's own client of the Runtime API does: the same handlers, the same events."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LIVE_BUILD", ROOT / "build" / "dev"))
CLIENT = "awslambdaric==4.2.2"
PYTHON = os.environ.get("LIVE_PYTHON", "/usr/bin/python3")  # scripts/versions has others

SOURCES = {
    "index.py": """
import collections, datetime, decimal, json, logging, os, sys
Point = collections.namedtuple("Point", "x y")
class Own(Exception):
    pass
class Unreadable(Exception):
    def __str__(self): return "two\\nlines"
def echo(event, context): return event
def nothing(event, context): pass
def raw(event, context): return b"\\x00\\xff"
def tuples(event, context): return {"point": Point(1, [Point(2, "é")]), "pair": (1, 2), 3: True, None: 1.5}
def decimals(event, context): return [decimal.Decimal("1.10"), decimal.Decimal(7), decimal.Decimal("NaN"), float("inf")]
def date(event, context): return datetime.datetime(2026, 1, 1)
def a_set(event, context): return {1}
def circle(event, context):
    one = []
    one.append(one)
    return one
def key(event, context): return event["not there"]
def own(event, context): raise Own("é", 2)
def unreadable(event, context): raise Unreadable()
def chained(event, context):
    try:
        event["a"]
    except KeyError as error:
        raise ValueError("because") from error
def asserted(event, context): assert event == 1, "not one"
def leave(event, context): sys.exit("bye")
def leave_3(event, context): sys.exit(3)
def interrupted(event, context): raise KeyboardInterrupt()
def fall(event, context): os._exit(4)
def about(event, context):
    known = {name: getattr(context, name) for name in (
        "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb", "function_version",
        "invoked_function_arn", "tenant_id")}
    return [known, repr(context), context.get_remaining_time_in_millis() == 0, os.environ.get("_X_AMZN_TRACE_ID"),
            os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], sys.path[0]]
def logged(event, context):
    print("printed", end="")
    print(" é")
    logger = logging.getLogger("shop")
    logger.setLevel("INFO")
    logger.info("said %s", 1, extra={"order": 7})
    logger.warning({"a": 1})
    try:
        event["a"]
    except KeyError:
        logger.exception("caught")
    context.log("by the context\\n")
    logging.debug("not shown")
def logged_in_lines(event, context):
    logged(event, context)
    print("unfinished", end="")
    logging.getLogger("shop").info("two\\nlines é")
    print("two\\nlines, printed")
    sys.stderr.write("to the other\\nstream\\n")
constant = 5
""",
    "pkg/__init__.py": "",
    "pkg/mod.py": "from pkg import other\ndef handler(event, context): return other.NAME\n",
    "pkg/other.py": "NAME = 'other'\n",
    "broken.py": "x = (\n",
    "indented.py": "def handler(event, context):\nreturn 1\n",
    "missing.py": "import not_there_at_all\n",
    "unnamed.py": "from pkg import not_in_it\n",
    "failing.py": "raise LookupError('at import')\n",
    "leaving.py": "import sys\nsys.exit(5)\n",
}
UNSEEN = "Unhandled exception"  # what awslambdaric says beside an error of init
EVENTS = ['{"a": {"é": [1, 2.5, null, true, "\\ud83d\\ude00"]}}', "null", "[]", '"text"']


class Api(BaseHTTPRequestHandler):
    """A Runtime API that gives out events and notes what it is told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        if not server.events:
            server.done.set()
            server.released.wait(60)
            return self.close_connection_now()
        headers, body = server.events.pop(0)
        self.give(200, body, {"Content-Type": "application/json", **headers})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.split("/2018-06-01/runtime/")[1]
        told = {"to": kind, "type": self.headers["Content-Type"], "body": body}
        if kind.endswith("error"):
            told.update(type="json", body=json.loads(body))
        self.server.told.append(told)
        self.give(202, b"{}", {})

    def give(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def close_connection_now(self):
        self.close_connection = True

    def log_message(self, *args):
        pass


def venv_with_client():
    version = subprocess.run([PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=True)
    venv = BUILD / f"python-ric-{version.stdout.strip()}"
    python = venv / "bin" / "python"
    ready = venv / CLIENT
    if ready.exists():
        return python
    try:
        subprocess.run([PYTHON, "-m", "venv", venv], check=True, capture_output=True)
        command = [python, "-m", "pip", "install", "-q", "--retries", "1", "--timeout", "15", CLIENT]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise unittest.SkipTest(f"{CLIENT} cannot be installed: {error} {said.decode()[-200:]}") from error
    ready.touch()
    return python


class PythonRuntime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = venv_with_client()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        for name, text in SOURCES.items():
            file = pathlib.Path(cls.folder, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def run_with(self, command, handler, events, variables):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        server.events, server.told = events, []
        server.done, server.released = threading.Event(), threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": ":UTC", "AWS_LAMBDA_FUNCTION_NAME": "fn",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/fn", "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11", "LAMBDA_TASK_ROOT": self.folder, "_HANDLER": handler,
            "PYTHONDONTWRITEBYTECODE": "1", "LIVE_CLOUD": "1",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", **variables,
        }
        process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            ended = threading.Thread(target=lambda: (process.wait(), server.done.set()), daemon=True)
            ended.start()
            self.assertTrue(server.done.wait(60), "it neither asked for more nor ended")
            status = process.poll()
            if status is None:
                process.kill()
            output = process.communicate()[0]
        finally:
            process.kill()
            server.released.set()
            server.shutdown()
            server.server_close()
        return {"told": server.told, "status": status, "output": output}

    def both(self, handler, events=(), **variables):
        given = list(events or EVENTS)
        queue = [
            ({"Lambda-Runtime-Aws-Request-Id": f"r{n}", "Lambda-Runtime-Deadline-Ms": "1000", "Lambda-Runtime-Trace-Id": "Root=1",
              "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:0:function:fn", **headers}, body.encode())
            for n, (headers, body) in enumerate(one if isinstance(one, tuple) else ({}, one) for one in given)
        ]
        theirs = self.run_with([self.python, "-m", "awslambdaric", handler], handler, list(queue), variables)
        ours = self.run_with([self.python, "-u", ROOT / "runtimes/python/run.py"], handler, list(queue), variables)
        return theirs, ours

    def assert_alike(self, handler, events=(), **variables):
        theirs, ours = self.both(handler, events, **variables)
        self.maxDiff = None
        self.assertEqual(shape(ours), shape(theirs))
        return theirs, ours

    def test_results_are_written_alike(self):
        for handler in ("echo", "nothing", "raw", "tuples", "decimals"):
            for runtime in ("AWS_Lambda_python3.11", "AWS_Lambda_python3.13"):
                with self.subTest(handler, runtime=runtime):
                    self.assert_alike(f"index.{handler}", AWS_EXECUTION_ENV=runtime)

    def test_what_cannot_be_written_fails_alike(self):
        for handler in ("date", "a_set", "circle"):
            with self.subTest(handler):
                self.assert_alike(f"index.{handler}")

    def test_exceptions_fail_alike(self):
        for handler in ("key", "own", "unreadable", "chained", "asserted"):
            with self.subTest(handler):
                self.assert_alike(f"index.{handler}")

    def test_exits_end_alike(self):
        for handler in ("leave", "leave_3", "interrupted", "fall"):
            with self.subTest(handler):
                self.assert_alike(f"index.{handler}")

    def test_handlers_are_found_alike(self):
        for handler in ("pkg.mod.handler", "pkg/mod.handler", "index.constant", "index.absent", "index", "sys.exit", "absent.handler",
                        "broken.handler", "indented.handler", "missing.handler", "unnamed.handler", "failing.handler", "leaving.handler"):
            with self.subTest(handler):
                self.assert_alike(handler)

    def test_the_context_is_alike(self):
        client = {"custom": {"a": "b"}, "env": {"locale": "de"}, "client": {"app_title": "shop"}, "w3c": {"traceparent": "x"}}
        identity = {"cognitoIdentityId": "me", "cognitoIdentityPoolId": "pool"}
        full = {"Lambda-Runtime-Client-Context": json.dumps(client), "Lambda-Runtime-Cognito-Identity": json.dumps(identity)}
        broken = {"Lambda-Runtime-Client-Context": "{"}
        self.assert_alike("index.about", [("{}"), (full, "{}"), (broken, "{}")])

    def test_broken_events_fail_alike(self):
        self.assert_alike("index.echo", ["", "{}"])

    def test_logs_are_alike(self):
        for variables in ({}, {"AWS_LAMBDA_LOG_FORMAT": "JSON"}, {"AWS_LAMBDA_LOG_LEVEL": "ERROR"}):
            with self.subTest(**variables):
                theirs, ours = self.both("index.logged", ["{}"], **variables)
                self.assertEqual(without_times(ours["output"].decode()), without_times(theirs["output"].decode()))

    def test_what_is_logged_at_once_is_one_message(self):
        for handler in ("index.logged_in_lines", "index.key", "index.unreadable", "index.chained", "missing.handler"):
            for log_format in ("Text", "JSON"):
                with self.subTest(handler, format=log_format):
                    theirs, ours = self.both(handler, ["{}"], AWS_LAMBDA_LOG_FORMAT=log_format, _LAMBDA_TELEMETRY_LOG_FD="1")
                    self.maxDiff = None
                    events = events_of(theirs["output"])
                    self.assertTrue(any("\n" in text for kind, text in events if kind == "message") or log_format == "JSON", events)
                    self.assertEqual(events_of(ours["output"]), events)


def events_of(output):
    """Lines, and messages in frames among them."""
    events = []
    for part in re.split(rb"(?=\xa5\x5a\x00)", output):
        if part.startswith(b"\xa5\x5a\x00"):
            end = 16 + int.from_bytes(part[4:8], "big")
            events.append(("message", "\n".join(without_times(part[16:end].decode()))))
            part = part[end:]
        events += [("line", line) for line in part.decode().splitlines()]
    return [event for event in events if UNSEEN not in event[1]]


def shape(run):
    for told in run["told"]:
        if isinstance(told["body"], dict):  # an error; a client's own frames are its own business
            told["body"]["stackTrace"] = [frame for frame in told["body"]["stackTrace"] if "/awslambdaric/" not in frame]
    return {"status": run["status"], "told": run["told"]}


def without_times(text):
    lines = []
    for line in text.splitlines():
        if line.startswith("{"):
            known = json.loads(line)
            known.pop("timestamp", None)
            line = json.dumps(known, sort_keys=True)
        lines.append("\t".join(part for part in line.split("\t") if not part.endswith("Z")))
    return lines


if __name__ == "__main__":
    unittest.main()
