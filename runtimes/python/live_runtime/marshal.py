"""JSON as Lambda reads and writes it: decimals become numbers, named tuples objects, bytes stay what they are."""

import decimal
import json
import os
import re

from .errors import Fault, text_of

# From 3.12 on Lambda leaves characters as they are.
ESCAPING = tuple("AWS_Lambda_python3." + minor for minor in ("6", "7", "8", "9", "10", "11"))
# The standard library writes no number that it is given as text: such a one goes as a string, until its marks go.
MARK = os.urandom(16).hex()
MARKED = re.compile('"{0}([^"]*){0}"'.format(MARK))


class _Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, decimal.Decimal):
            return MARK + ("NaN" if o.is_nan() else str(o)) + MARK
        return super().default(o)


def to_json(value):
    escapes = os.environ.get("AWS_EXECUTION_ENV") in ESCAPING
    text = _Encoder(ensure_ascii=escapes).encode(_with_objects(value, set()))
    return MARKED.sub(r"\1", text) if MARK in text else text


def _with_objects(value, around):
    """Named tuples as objects. What holds itself stays as it is: the encoder tells."""
    if not isinstance(value, (dict, list, tuple)) or id(value) in around:
        return value
    around.add(id(value))
    if isinstance(value, dict):
        made = {key: _with_objects(one, around) for key, one in value.items()}
    elif callable(getattr(value, "_asdict", None)):
        made = {key: _with_objects(one, around) for key, one in value._asdict().items()}
    else:
        made = [_with_objects(one, around) for one in value]
    around.remove(id(value))
    return made


def read_event(body, content_type):
    if content_type != "application/json":
        return body
    try:
        return json.loads(body)
    except Exception as error:
        raise Fault("UnmarshalError", "Unable to unmarshal input: " + text_of(error)) from error


def write_result(result):
    """The bytes of an answer, and their type."""
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        return to_json(result).encode(), "application/json"
    except Exception as error:
        raise Fault("MarshalError", "Unable to marshal response: " + text_of(error)) from error
