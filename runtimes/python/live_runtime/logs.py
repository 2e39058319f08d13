"""Logging as Lambda sets it up: one handler of the root logger, in text or JSON, each line with its request."""

import json
import logging
import os
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
    def log(self, text, frame_type=None):
        sys.stdout.write(text)


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


def set_up():
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler(LogSink())
    handler.setFormatter(JsonFormatter() if is_json() else logging.Formatter(TEXT, TIME))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = "DEBUG" if level == "TRACE" else level
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"):
        root.setLevel(level)
    root.addHandler(handler)


def log_error(error):
    """As Lambda's own log has it, where nobody else shows it."""
    print(_text_of(error))


def log_error_unseen(error):
    """For the function's log alone (src/runtime/worker.cpp), where returns part the lines of what is one event."""
    print("\1live logged " + _text_of(error).replace("\n", "\r"))


def _text_of(error):
    if is_json():
        return json.dumps({"timestamp": time.strftime(TIME + "Z", time.gmtime()), "level": "ERROR", **error})
    lines = ["[ERROR] {}: {}".format(error["errorType"], error["errorMessage"]), "Traceback (most recent call last):"]
    return "\n".join(lines + [frame.rstrip("\n") for frame in error["stackTrace"]])
