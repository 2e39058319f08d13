"""Lambda's own error types, and the shape in which an error travels."""

import os
import traceback

OURS = os.path.dirname(__file__) + os.sep
IMPORTING = "<frozen importlib"


class Fault(Exception):
    """An error of the runtime's, not of the handler's code."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = "Runtime." + error_type
        self.trace = list(trace)


def _frames(trace):
    """From the function's first line on."""
    frames = traceback.extract_tb(trace)
    while frames and frames[0].filename.startswith(OURS):
        del frames[0]
    return [(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames]


def envelope(error, request_id=""):
    if isinstance(error, Fault):
        error_type, trace = error.error_type, error.trace
    else:
        error_type, trace = type(error).__name__, traceback.format_list(_frames(error.__traceback__))
    return {"errorMessage": text_of(error), "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def text_of(error):
    try:
        return str(error)
    except Exception:  # of the error's own __str__
        return ""
