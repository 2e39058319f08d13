"""The second argument of a handler."""

import json
import logging
import os
import sys
import time

from .errors import Fault, text_of

W3C_FIELDS = ("traceparent", "tracestate", "baggage")


class _Record:
    """Of named values, each of them always there."""

    __slots__ = ()

    def __init__(self, values=None):
        for name in self.__slots__:
            setattr(self, name, (values or {}).get(name))

    def __repr__(self):
        values = ",".join("{}={}".format(name, getattr(self, name)) for name in self.__slots__)
        return "{}([{}])".format(type(self).__name__, values)


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")

    def __init__(self, values):
        super().__init__(values)
        self.client = None if self.client is None else Client(self.client)


class LambdaContext:
    def __init__(self, headers):
        env = os.environ.get
        given = _parsed(headers, "lambda-runtime-client-context", "Client Context")
        who = _parsed(headers, "lambda-runtime-cognito-identity", "Cognito Identity") or {}
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = env("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = env("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = env("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        traced = given.pop("w3c", None) if isinstance(given, dict) else None
        self._w3c = traced if isinstance(traced, dict) else {}
        self.client_context = None if given is None else ClientContext(given)
        names = {"cognito_identity_id": "cognitoIdentityId", "cognito_identity_pool_id": "cognitoIdentityPoolId"}
        self.identity = CognitoIdentity({ours: who.get(theirs) for ours, theirs in names.items()})
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def w3c(self):
        """The trace that the invocation belongs to."""
        return {name: self._w3c[name] for name in W3C_FIELDS if isinstance(self._w3c.get(name), str)}

    def log(self, msg):
        for handler in logging.getLogger().handlers:
            if hasattr(handler, "log_sink"):
                handler.log_sink.log(str(msg))
                return
        sys.stdout.write(str(msg))

    def __repr__(self):
        names = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
                 "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id")
        values = ",".join("{}={}".format(name, getattr(self, name)) for name in names)
        return "LambdaContext([{}])".format(values)


def _parsed(headers, name, called):
    if not headers.get(name):
        return None
    try:
        return json.loads(headers[name])
    except ValueError as error:
        message = "Unable to parse {} JSON: {}".format(called, text_of(error))
        raise Fault("LambdaContextUnmarshalError", message) from error
