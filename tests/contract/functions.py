"""Functions for contract tests: packages, a role, and small handlers."""

import io
import json
import zipfile

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                 "Principal": {"Service": "lambda.amazonaws.com"}}]}

# A function for provided.*: what handle(event, context) gives is the answer; what it raises, the error.
BOOTSTRAP = """#!/usr/bin/python3
import http.client, json, os, sys, traceback
host, _, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
base = ("/" + prefix if prefix else "") + "/2018-06-01/runtime"
connection = http.client.HTTPConnection(host)
def call(method, path, body=None):
    connection.request(method, base + path, body)
    answer = connection.getresponse()
    return answer.headers, answer.read()
HANDLER
while True:
    context, event = call("GET", "/invocation/next")
    request_id = context["Lambda-Runtime-Aws-Request-Id"]
    try:
        result = handle(json.loads(event), context)
        sys.stdout.flush()
        call("POST", "/invocation/%s/response" % request_id, json.dumps(result))
    except Exception as error:
        call("POST", "/invocation/%s/error" % request_id,
             json.dumps({"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": []}))
"""


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = 0o100755 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return packed.getvalue()


def native(handler):
    return zipped({"bootstrap": BOOTSTRAP.replace("HANDLER", handler)})


def let_apis_call(cloud, name):
    """As on AWS, an API calls a function only with the function's own permission."""
    cloud.client("lambda").add_permission(FunctionName=name, StatementId="apis", Action="lambda:InvokeFunction",
                                          Principal="apigateway.amazonaws.com")


def make_role(cloud, name="function-role"):
    iam = cloud.client("iam")
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]


def make_native(cloud, role, name, handler, **settings):
    client = cloud.client("lambda")
    client.create_function(FunctionName=name, Runtime="provided.al2023", Handler="any", Role=role,
                           Code={"ZipFile": native(handler)}, **settings)
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    return f"arn:aws:lambda:{client.meta.region_name}:{cloud.account}:function:{name}"


def make_node(cloud, role, name, source, file="index.js", handler="index.handler", runtime="nodejs20.x", **settings):
    client = cloud.client("lambda")
    client.create_function(FunctionName=name, Runtime=runtime, Handler=handler, Role=role,
                           Code={"ZipFile": zipped({file: source})}, **settings)
    return f"arn:aws:lambda:{client.meta.region_name}:{cloud.account}:function:{name}"
