"""Signs requests with botocore: JSON lines in, {"authorization": …} or {"query": …} lines out."""
import datetime
import json
import sys
from types import SimpleNamespace

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def freeze(at):
    moment = datetime.datetime.strptime(at, "%Y%m%dT%H%M%SZ")

    class Frozen(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return moment

    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment
    else:
        botocore.auth.datetime = SimpleNamespace(datetime=Frozen)


def sign(case):
    freeze(case["at"])
    request = AWSRequest(
        method=case["method"],
        url="http://" + case["host"] + case["target"],
        data=case["body"].encode(),
    )
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    credentials = Credentials(case["access"], case["secret"], case["token"] or None)
    s3 = case["service"] == "s3"
    if case["presign"]:
        kind = botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth
        kind(credentials, case["service"], case["region"], expires=case["presign"]).add_auth(request)
        return {"signed": request.url.split("X-Amz-Signature=")[1]}
    kind = botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth
    kind(credentials, case["service"], case["region"]).add_auth(request)
    return {"signed": request.headers["Authorization"]}


for line in sys.stdin:
    print(json.dumps(sign(json.loads(line))))
