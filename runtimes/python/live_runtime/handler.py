"""Finds and loads the function's handler as Lambda does: "folder/file.function", "package.module.function"."""

import importlib
import os
import pathlib
import sys

from .errors import Fault, text_of

BOTO = ("boto3", "botocore")
LOCKED = {  # what makes an environment of them, beside them
    "uv.lock": "uv sync",
    "poetry.lock": "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install",
    "Pipfile": "PIPENV_VENV_IN_PROJECT=1 pipenv install",
}


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
    """Lambda's runtime brings the AWS SDK, and bundling what a lock file names; here neither does."""
    if not isinstance(error, ModuleNotFoundError):
        return ""
    missing = (error.name or "").split(".")[0]
    if missing in BOTO:
        return ". Lambda's runtime brings it; here, run `{} -m pip install boto3`".format(sys.executable)
    return next(map(_of_lock_file, _lock_files()), "")


def _lock_files():
    root = pathlib.Path(os.environ.get("LAMBDA_TASK_ROOT", "."))
    return (folder / name for folder in (root, root.parent) for name in LOCKED if (folder / name).is_file())


def _of_lock_file(file):
    return ". {} is not read here: run `{}` in {}, whose .venv is used".format(file.name, LOCKED[file.name], file.parent)
