"""Logging as Lambda sets it up: one handler of the root logger, in text or JSON, each line with its request."""

import json
import logging
import os
import select
import struct
import sys
import time
import traceback

TIME = "%Y-%m-%dT%H:%M:%S"
TEXT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
NOT_EXTRA = set(vars(logging.makeLogRecord({}))) | {"aws_request_id", "tenant_id", "message", "asctime"}


class Now:
    """The invocation that runs."""

    request_id = ""
    tenant_id = None


class LogSink:
    """What is logged at once is one event of the log. AWS's client says so where the lines are cut, by returns."""

    def log(self, text, frame_type=None):
        sys.stdout.write(text)

    def log_lines(self, lines):
        sys.stdout.write("\r".join(lines) + "\n")


class FramedLogSink:
    """By frames, as AWS's client writes them where it is told to (src/process/frames.h). They go where lines go, so that all
    keep their order, also after somebody has led standard output elsewhere."""

    TYPE = 0xA55A0003

    def __init__(self):
        self._output = os.dup(1)

    def log(self, text, frame_type=None):
        message = text.encode("utf-8", "backslashreplace")
        self._write(struct.pack(">IIQ", self.TYPE, len(message), time.time_ns() // 1000) + message)

    def log_lines(self, lines):
        self.log("\n".join(lines))

    def _write(self, frame):
        while frame:
            try:
                frame = frame[os.write(self._output, frame):]
            except BlockingIOError:  # a child of the function has switched the pipe's waiting off
                select.select((), (self._output,), ())


class LambdaLoggerHandler(logging.Handler):
    def __init__(self, log_sink):
        super().__init__()
        self.log_sink = log_sink

    def emit(self, record):
        self.log_sink.log(self.format(record))


class LambdaLoggerFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = Now.request_id
        record.tenant_id = Now.tenant_id
        return True


class JsonFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record):
        record.levelno = min(50, max(0, record.levelno)) // 10 * 10
        record.levelname = logging.getLevelName(record.levelno)
        plain = isinstance(record.msg, dict) and not record.args
        line = {
            "timestamp": self.formatTime(record, TIME + "Z"),
            "level": record.levelname,
            "message": record.msg if plain else record.getMessage(),
            "logger": record.name,
            **_of_exception(record),
            "requestId": record.aws_request_id,
            "tenantId": record.tenant_id,
        }
        for name, value in vars(record).items():
            if name not in NOT_EXTRA:
                line.setdefault(name, value)
        filled = {name: value for name, value in line.items() if value is not None}
        return json.dumps(filled, ensure_ascii=False, default=str) + "\n"


def _of_exception(record):
    if not record.exc_info or not record.exc_info[0]:
        return {}
    kind, error, trace = record.exc_info
    return {
        "stackTrace": traceback.format_tb(trace),
        "errorType": kind.__name__,
        "errorMessage": str(error),
        "location": "{}:{}:{}".format(record.pathname, record.funcName, record.lineno),
    }


def is_json():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def make_sink():
    """By what `live` says, as Lambda does; the function does not see it."""
    return FramedLogSink() if os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", None) == "1" else LogSink()


def set_up(log_sink):
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler(log_sink)
    handler.setFormatter(JsonFormatter() if is_json() else logging.Formatter(TEXT, TIME))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = "DEBUG" if level == "TRACE" else level
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"):
        root.setLevel(level)
    root.addHandler(handler)


def log_error(log_sink, error, mark=""):
    """As Lambda's own log has it. With a mark it is for the function's log alone."""
    log_sink.log_lines(_lines_of(error, mark))


def _lines_of(error, mark):
    if is_json():
        return [mark + json.dumps({"timestamp": time.strftime(TIME + "Z", time.gmtime()), "level": "ERROR", **error})]
    lines = ["{}[ERROR] {}: {}".format(mark, error["errorType"], error["errorMessage"]), "Traceback (most recent call last):"]
    return lines + [_indented(line) for frame in error["stackTrace"] for line in frame.splitlines()]


def _indented(line):
    """By spaces that nobody takes away."""
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text
