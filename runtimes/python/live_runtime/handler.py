"""Finds and loads the function's handler as Lambda does: "folder/file.function", "package.module.function"."""

import importlib
import sys

from .errors import Fault, text_of

BOTO = ("boto3", "botocore")


def load_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        reason = "not enough values to unpack (expected 2, got 1)"
        raise Fault("MalformedHandlerName", "Bad handler '{}': {}".format(name, reason))
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", "Cannot use built-in module {} as a handler module".format(module_name))
    module = _load_module(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        message = "Handler '{}' missing on module '{}'".format(function_name, module_name)
        raise Fault("HandlerNotFound", message) from None


def _load_module(name):
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        message = "Unable to import module '{}': {}{}".format(name, text_of(error), _remedy(error))
        raise Fault("ImportModuleError", message) from error
    except SyntaxError as error:
        trace = ['  File "{}" Line {}\n    {}'.format(error.filename, error.lineno, error.text)]
        message = "Syntax error in module '{}': {}".format(name, text_of(error))
        raise Fault("UserCodeSyntaxError", message, trace) from error


def _remedy(error):
    """Lambda's runtime brings the AWS SDK; an interpreter of this machine may not have it."""
    missing = (getattr(error, "name", None) or "").split(".")[0]
    if not isinstance(error, ModuleNotFoundError) or missing not in BOTO:
        return ""
    return ". Lambda's runtime brings it; here, run `{} -m pip install boto3`".format(sys.executable)
