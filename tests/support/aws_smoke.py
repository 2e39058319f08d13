"""scripts/aws-smoke: see there. The facts are those that our work rests on and that no documentation promises."""

import argparse
import asyncio
import base64
import datetime
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.exceptions
import websockets

import another_client
from another_client import Aws, Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
APP = "live-smoke"

FUNCTIONS = {
    "Stub": {"handler": "real.handler", "timeout": 30, "alias": "current"},
    "Facts": {"handler": "facts.handler", "timeout": 3},
}
SOURCES = {
    "src/real.js": "exports.handler = async () => ({ code: 'real' });",
    "src/facts.js": """
let ticks = 0;
setInterval(() => { ++ticks; }, 100).unref();
exports.handler = async (event, context) => {
  if (event.fail) throw new TypeError(event.fail);
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.hang) { console.log("x".repeat(6000)); await new Promise((resolve) => setTimeout(resolve, 60000)); }
  if (event.bytes) return "x".repeat(event.bytes - 2);
  if (event.nothing) return undefined;
  if (event.busy) for (const until = Date.now() + event.busy; Date.now() < until; ) await new Promise((r) => setTimeout(r, 20));
  return { ticks, left: context.getRemainingTimeInMillis(), id: context.awsRequestId, env: Object.keys(process.env) };
};""",
}


class Facts:
    """Prints a line for each, and counts."""

    def __init__(self):
        self.counts = {"ok": 0, "DIFFERENT": 0, "not shown here": 0, "not in this run": 0}

    def line(self, verdict, fact, expected="", seen=""):
        self.counts[verdict] += 1
        told = "" if not expected else f" | expected: {expected}" + (f" | seen: {seen}" if seen != "" else "")
        print(f"{verdict:<15}  {fact}{told}", flush=True)

    def check(self, fact, expected, seen, ok=None):
        right = seen == expected if ok is None else ok
        self.line("ok" if right else "DIFFERENT", fact, str(expected), str(seen)[:300])

    def guarded(self, fact, expected, look):
        """look() gives (seen, ok); an exception is a difference."""
        try:
            seen, right = look()
        except Exception as failed:  # whatever it was, the fact did not show itself
            seen, right = f"{type(failed).__name__}: {failed}", False
        self.check(fact, expected, seen, right)


class Refusal(Exception):
    pass


# ---- the app and the debug stack, by `live` -----------------------------------------------------------------------


class Deployed:
    def __init__(self, options):
        self.options, self.live, self.session = options, os.environ["LIVE_BINARY"], None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="live-smoke-"))
        self.app = self.folder / APP
        self.touched = False
        shutil.copytree(ROOT / "tests/apps/lab", self.app, ignore=shutil.ignore_patterns("node_modules"))
        (self.app / "package.json").write_text(json.dumps({"name": APP, "version": "1.0.0", "private": True}))
        (self.app / "functions.json").write_text(json.dumps(FUNCTIONS))
        for file, text in SOURCES.items():
            (self.app / file).parent.mkdir(exist_ok=True)
            (self.app / file).write_text(text)
        (self.app / "node_modules").symlink_to(ROOT / "examples/cdk-typescript/node_modules")
        self.env = dict(os.environ, NO_COLOR="1", CI="1", AWS_REGION=options.region)
        if options.profile:
            self.env["AWS_PROFILE"] = options.profile
        if os.environ.get("AWS_ENDPOINT_URL"):
            self.env["CDK_HOME"] = str(self.folder / "cdk")

    def arguments(self, command):
        common = [self.live, command, "--stage", self.options.stage, "--region", self.options.region]
        return common + (["--profile", self.options.profile] if self.options.profile else [])

    def refuse_what_is_there(self, cloudformation):
        pages = cloudformation.get_paginator("describe_stacks").paginate()
        there = [stack["StackName"] for page in pages for stack in page["Stacks"]]
        for stack in there:
            if stack.startswith(f"{self.options.stage}-{APP}-"):
                raise Refusal(f"stack {stack} is there already, and this run did not make it: use another --stage")

    def start(self):
        self.touched = True
        local = ["--yes"] if os.environ.get("AWS_ENDPOINT_URL") else []  # an account's bootstrap is not ours to make
        self.session = subprocess.Popen(self.arguments("start") + local, cwd=self.app, env=self.env, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        for line in self.session.stdout:
            lines.append(line)
            print(f"    {line}", end="", flush=True)
            if "Listening for requests" in line:
                threading.Thread(target=self.session.stdout.read, daemon=True).start()
                return
        raise Refusal(f"`live start` ended with {self.session.wait()}: {''.join(lines[-5:])}")

    def run(self, command, *more):
        done = subprocess.run([*self.arguments(command), *more], cwd=self.app, env=self.env, text=True, timeout=1800,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print("".join(f"    {line}\n" for line in done.stdout.splitlines()), end="", flush=True)
        return done.returncode

    def clean_up(self):
        if self.session and self.session.poll() is None:
            self.session.send_signal(signal.SIGINT)
            try:
                self.session.wait(60)
            except subprocess.TimeoutExpired:
                self.session.kill()
        removed = not self.touched or self.run("remove", "--yes") == 0
        shutil.rmtree(self.folder, ignore_errors=True)
        return removed


# ---- the WebSocket API --------------------------------------------------------------------------------------------


class Gateway:
    def __init__(self, aws, local):
        self.aws, self.local = aws, local

    def signed(self, method="GET", path=None, body=b"", apart=0, key=None, host=None):
        """Headers of a request, as if it were signed `apart` seconds from now."""
        frozen = self.aws.session.get_credentials().get_frozen_credentials()
        credentials = frozen if key is None else botocore.credentials.Credentials(frozen.access_key, key, frozen.token)
        request = botocore.awsrequest.AWSRequest(method, f"https://{host or self.aws.host}{path or self.aws.path}", data=body)
        at = datetime.datetime.utcnow() + datetime.timedelta(seconds=apart)
        real = botocore.auth.datetime.datetime

        class Frozen(real):
            @classmethod
            def utcnow(cls):
                return at

        botocore.auth.datetime.datetime = Frozen
        newer = getattr(botocore.auth, "get_current_datetime", None)  # where later versions ask
        if newer:
            botocore.auth.get_current_datetime = lambda *_, **__: at
        try:
            botocore.auth.SigV4Auth(credentials, "execute-api", self.aws.region).add_auth(request)
        finally:
            botocore.auth.datetime.datetime = real
            if newer:
                botocore.auth.get_current_datetime = newer
        return dict(request.headers)

    def presigned(self):
        request = botocore.awsrequest.AWSRequest("GET", f"https://{self.aws.host}{self.aws.path}")
        credentials = self.aws.session.get_credentials().get_frozen_credentials()
        botocore.auth.SigV4QueryAuth(credentials, "execute-api", self.aws.region, expires=60).add_auth(request)
        return urllib.parse.urlsplit(request.url).query

    def connect(self, headers=None, query="", host=None, path=None):
        options = dict(extra_headers=headers or {}, compression=None, max_size=2**20, open_timeout=15, ping_interval=None)
        where = f"{host or self.aws.host}{path or self.aws.path}{'?' + query if query else ''}"
        if not self.aws.endpoint:
            return websockets.connect(f"wss://{where}", **options)
        at = urllib.parse.urlsplit(self.aws.endpoint)
        return websockets.connect(f"ws://{where}", host=at.hostname, port=at.port, **options)

    async def status(self, **how):
        """101, or what the handshake was refused with."""
        try:
            async with self.connect(**how):
                return 101
        except websockets.InvalidStatusCode as refused:
            return refused.status_code

    async def hello(self, socket):
        await socket.send('{"type":"hello"}')
        return json.loads(await asyncio.wait_for(socket.recv(), 10))["connectionId"]

    async def close_code(self, *messages):
        async with self.connect(headers=self.signed()) as socket:
            try:
                for message in messages:
                    await socket.send(message)
                while True:
                    await asyncio.wait_for(socket.recv(), 10)
            except websockets.ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006
            except asyncio.TimeoutError:
                return "no close"

    def http(self, method, path, headers, body=b""):
        """Status and body, of a request that no SDK touches."""
        if self.aws.endpoint:
            at = urllib.parse.urlsplit(self.aws.endpoint)
            connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
        else:
            connection = http.client.HTTPSConnection(self.aws.host, timeout=20, context=ssl.create_default_context())
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", self.aws.host)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def management(self, method, connection, body=b"", signed=True):
        path = f"{self.aws.path}/%40connections/{urllib.parse.quote(connection, safe='')}"
        headers = self.signed(method, path, body) if signed else {}
        return self.http(method, path, headers, body)


async def websocket_facts(facts, gateway, options):
    check = facts.check
    check("$connect with AWS_IAM and no integration opens, signed in headers", 101, await gateway.status(headers=gateway.signed()))
    check("$connect opens by a presigned URL (SignedHeaders=host)", 101, await gateway.status(query=gateway.presigned()))
    unsigned = await gateway.status()
    check("unsigned $connect is refused", "401 or 403", unsigned, unsigned in (401, 403))
    check("$connect signed with a wrong key is refused", 403, await gateway.status(headers=gateway.signed(key="wrong")))
    check("a signature four minutes old is taken", 101, await gateway.status(headers=gateway.signed(apart=-240)))
    check("a signature six minutes old is refused", 403, await gateway.status(headers=gateway.signed(apart=-360)))
    check("a signature six minutes ahead is refused", 403, await gateway.status(headers=gateway.signed(apart=360)))

    async with gateway.connect(headers=gateway.signed()) as socket:
        own = await gateway.hello(socket)
        check("the MOCK route answers with the caller's connection id", "16 characters, base64", own, bool(re.fullmatch(r"[\w+/=-]{13,20}", own)))
        began = time.monotonic()
        await asyncio.wait_for(await socket.ping(), 10)
        check("a ping is answered", "a pong", f"a pong after {(time.monotonic() - began) * 1000:.0f} ms", True)
        for name, text in (("a route that is not there", '{"type":"other"}'), ("a text that is not JSON", "hello?")):
            await socket.send(text)
            answer = json.loads(await asyncio.wait_for(socket.recv(), 10))
            right = answer.get("message") == "Forbidden" and answer.get("connectionId") == own and "requestId" in answer
            check(f"{name} answers the sender", '{"message":"Forbidden","connectionId":…,"requestId":…}', answer, right)
        post = lambda body=b"x", to=own, how="POST", **more: gateway.management(how, to, body, **more)
        status, _ = await asyncio.to_thread(post, b"for you")
        check("POST @connections, %40 and %3D in the path, encoded once more in the canonical request", 200, status)
        check("what is posted arrives as it is", "for you", await asyncio.wait_for(socket.recv(), 10))
        status, body = await asyncio.to_thread(post, b"", own, "GET")
        about = json.loads(body or b"{}")
        right = status == 200 and {"connectedAt", "identity", "lastActiveAt"} <= {key[0].lower() + key[1:] for key in about}
        check("GET @connections tells connectedAt, identity, lastActiveAt", "200 with all three", f"{status} {sorted(about)}", right)
        status, _ = await asyncio.to_thread(post, b"y" * 131_072)
        check("a message of 131,072 bytes may be posted", 200, status)
        check("and arrives whole, as a text", 131_072, len(await asyncio.wait_for(socket.recv(), 10)))
        check("one byte more is refused", 413, (await asyncio.to_thread(post, b"y" * 131_073))[0])
        check("an unsigned POST @connections is refused", 403, (await asyncio.to_thread(post, signed=False))[0])
        check("a connection id that cannot be one", 400, (await asyncio.to_thread(post, b"x", "not!an!id"))[0])
        never = ("A" if own[0] != "A" else "B") + own[1:]
        check("a well-formed id that never was", 410, (await asyncio.to_thread(post, b"x", never))[0])
        check("DELETE @connections", 204, (await asyncio.to_thread(post, b"", own, "DELETE"))[0])
        try:
            await asyncio.wait_for(socket.recv(), 10)
            seen = "still open"
        except websockets.ConnectionClosed:
            seen = "closed"
        check("it closes the connection", "closed", seen)
        check("POST to a connection that is gone", 410, (await asyncio.to_thread(post))[0])

    check("a binary message closes with 1003", 1003, await gateway.close_code(b"\x00\x01"))
    check("a frame above 32 KB closes with 1009", 1009, await gateway.close_code("x" * (32 * 1024 + 1)))
    parts = ["x" * 16_384] * 9

    check("a message above 128 KB closes with 1009, though its frames are small", 1009, await gateway.close_code(parts))
    if not options.slow:
        facts.line("not in this run", "pings alone do not keep a connection from idling (--slow)")
        return
    if gateway.local:
        facts.line("not shown here", "pings alone do not keep a connection from idling")
        return
    async with gateway.connect(headers=gateway.signed()) as socket:
        began, seen = time.monotonic(), "still open after 11 minutes"
        try:
            while time.monotonic() - began < 660:
                await socket.ping()
                await asyncio.wait_for(asyncio.shield(asyncio.sleep(30)), 40)
                if socket.closed:
                    raise websockets.ConnectionClosedOK(None, None)
        except websockets.ConnectionClosed:
            seen = f"closed after {time.monotonic() - began:.0f} s"
        check("a connection with pings alone for 11 minutes (undocumented; we send messages)", "either", seen, True)


def second_api_facts(facts, gateway, boto):
    """What our own API does not have: made here, removed here."""
    api = boto("apigatewayv2")
    made = api.create_api(Name=f"{APP}-{secrets.token_hex(4)}", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.type")
    try:
        def aws_to_execute_api():
            try:
                api.create_integration(ApiId=made["ApiId"], IntegrationType="AWS", IntegrationMethod="POST",
                                       IntegrationUri=f"arn:aws:apigateway:{gateway.aws.region}:execute-api:path/x",
                                       CredentialsArn="arn:aws:iam::123456789012:role/none")
                return "taken (AWS says no at the deployment at the latest)", None
            except botocore.exceptions.ClientError as refused:
                return f"{refused.response['Error']['Code']}", True

        seen, right = aws_to_execute_api()
        facts.check("an AWS integration with execute-api is rejected", "BadRequestException, or the deployment fails", seen, right or not gateway.local)
        mock = api.create_integration(ApiId=made["ApiId"], IntegrationType="MOCK", RequestTemplates={"200": '{"statusCode":200}'},
                                      TemplateSelectionExpression="200")
        api.create_route(ApiId=made["ApiId"], RouteKey="$connect", AuthorizationType="AWS_IAM", Target=f"integrations/{mock['IntegrationId']}")
        api.create_stage(ApiId=made["ApiId"], StageName="live", AutoDeploy=True)
        host = f"{made['ApiId']}.{gateway.aws.host.split('.', 1)[1]}"
        if not gateway.local:
            time.sleep(10)
        status = asyncio.run(gateway.status(headers=gateway.signed(host=host), host=host))
        if gateway.local and status == 101:
            facts.line("not shown here", "$connect with AWS_IAM and a MOCK integration answers 500 (why ours has none)")
        else:
            facts.check("$connect with AWS_IAM and a MOCK integration answers 500 (why ours has none)", 500, status)
    finally:
        api.delete_api(ApiId=made["ApiId"])


def store_facts(facts, aws):
    def conditional_put():
        key = f"keys/smoke-{secrets.token_hex(4)}"
        aws.s3.put_object(Bucket=aws.bucket, Key=key, Body=b"1")
        try:
            path = f"/{aws.bucket}/{key}"
            host = urllib.parse.urlsplit(aws.endpoint).netloc if aws.endpoint else f"s3.{aws.region}.amazonaws.com"
            scheme = urllib.parse.urlsplit(aws.endpoint).scheme if aws.endpoint else "https"
            request = botocore.awsrequest.AWSRequest("PUT", f"{scheme}://{host}{path}", data=b"2", headers={"If-None-Match": "*"})
            botocore.auth.S3SigV4Auth(aws.session.get_credentials().get_frozen_credentials(), "s3", aws.region).add_auth(request)
            kind = http.client.HTTPConnection if scheme == "http" else http.client.HTTPSConnection
            connection = kind(host, timeout=20)
            connection.request("PUT", path, b"2", dict(request.headers))
            status = connection.getresponse().status
            connection.close()
            return status, status == 412
        finally:
            aws.s3.delete_object(Bucket=aws.bucket, Key=key)

    facts.guarded("PutObject with If-None-Match: * where an object is", 412, conditional_put)

    def condition():
        try:
            aws.update("SET #connection = :connection", {":connection": {"S": "x"}, ":session": {"S": "nobody's"}},
                       ["connection", "session"], "#session = :session")
            return "changed", False
        except aws.dynamodb.exceptions.ConditionalCheckFailedException:
            return "ConditionalCheckFailedException", True

    facts.guarded("UpdateItem whose condition fails", "ConditionalCheckFailedException", condition)


# ---- the stub, answered by a client of ours -----------------------------------------------------------------------


class Watching(Client):
    """Keeps what it hears, and the variables of the last call."""

    def __init__(self, aws):
        super().__init__(aws)
        self.told, self.variables, self.ready = [], {}, threading.Event()

    def say(self, what, **more):
        self.told.append({"what": what, **more})
        if what == "took":
            self.ready.set()

    async def body(self, head, content):
        body, by_store = await super().body(head, content)
        found = another_client.sections(body)
        self.variables = dict(another_client.pairs(found.get(8, b"")))
        return body, by_store


def stub_facts(facts, aws, options, invoke, boto):
    client, failures = None, []

    def live_there():
        nonlocal client

        async def run():
            nonlocal client
            client = Watching(aws)
            await client.run()

        try:
            asyncio.run(run())
        except Exception as failed:
            failures.append(failed)

    thread = threading.Thread(target=live_there, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not (client and client.ready.is_set()):
        if failures or time.monotonic() > until:
            raise RuntimeError(f"the client could not take the stage: {failures}")
        time.sleep(0.05)

    _, _, body, _ = invoke("Stub", {"text": "cold"})
    facts.check("the stub's call is answered by the client", "another", (body or {}).get("client", body))
    warm = []
    for _ in range(5):
        began = time.monotonic()
        invoke("Stub", {"text": "warm"})
        warm.append((time.monotonic() - began) * 1000)
    facts.check("a warm call, from here and back (no expectation)", "any", f"{min(warm):.0f} ms at best", True)
    left = [one["left"] for one in client.told if one["what"] == "runs"][-1]
    facts.check("Lambda-Runtime-Deadline-Ms is the timeout from the call's start", "29 to 30 s of 30", f"{left} ms", 28_000 < left <= 30_500)
    for name in ("AWS_EXECUTION_ENV", "_X_AMZN_TRACE_ID"):
        facts.check(f"an OS-only runtime has no {name} in its environment", "absent", "there" if name in client.variables else "absent")
    reserved = [name for name in ("AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_ACCESS_KEY_ID",
                                  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") if name not in client.variables]
    facts.check("it has the function's and the role's variables", "none missing", f"missing: {reserved}" if reserved else "none missing")
    _, error, body, _ = invoke("Stub", {"text": secrets.token_hex(200_000)})
    by_store = [one["by_store"] for one in client.told if one["what"] == "runs"][-1]
    facts.check("an event above 128 KB comes through the bucket", "by the bucket, answered", f"{'by the bucket' if by_store else 'by message'}, {'error' if error else 'answered'}", by_store and not error)
    _, error, body, _ = invoke("Stub", {"wait": 6})
    facts.check("posts reach the stub's connection while its function runs (signs of life)", "answered after 6 s", body if error else "answered after 6 s")
    # A version is made anew when its description changes, and the alias follows.
    _, _, body, executed = invoke("Stub", {"text": "alias"}, qualifier="current")
    description = boto("lambda").get_function_configuration(FunctionName=f"{options.stage}-Stub", Qualifier="current")["Description"]
    facts.check("a version is published anew by its description, and its alias follows", "live-…, answered by the client",
                f"{description}, version {executed}", description.startswith("live-") and (body or {}).get("client") == "another")
    pause = 720 if options.slow and not os.environ.get("AWS_ENDPOINT_URL") else 3
    time.sleep(pause)
    began = time.monotonic()
    _, error, body, _ = invoke("Stub", {"text": "thawed"})
    facts.check(f"after {pause} s without a call the stub's connection works, or is replaced", "answered within 5 s",
                f"{'error ' + str(body) if error else 'answered'} after {time.monotonic() - began:.1f} s", not error and time.monotonic() - began < 5)
    if pause == 3:
        facts.line("not in this run", "a function frozen for 12 minutes, its socket half dead (--slow, on AWS)")
    client.over.set()
    thread.join(30)


# ---- Lambda, with the real code -----------------------------------------------------------------------------------


def lambda_facts(facts, options, invoke, boto, local):
    api = boto("lambda")
    name = f"{options.stage}-Facts"
    _, _, body, executed = invoke("Stub", {}, qualifier="current")
    facts.check("after `live deploy` the alias runs the real code", "real", (body or {}).get("code", body))
    status, error, body, _ = invoke("Facts", {"fail": "on purpose"})
    right = status == 200 and error == "Unhandled" and body.get("errorType") == "TypeError" and body.get("errorMessage") == "on purpose" and "trace" in body
    facts.check("an error of the handler: HTTP 200, X-Amz-Function-Error, the envelope", "200 Unhandled errorType, errorMessage, trace",
                f"{status} {error} {', '.join(body)}", right)
    status, error, body, _ = invoke("Facts", {"exit": 3})
    right = error == "Unhandled" and body.get("errorType") == "Runtime.ExitError" and re.search(r"RequestId: \S+ Error: Runtime exited with error: exit status 3", body.get("errorMessage", ""))
    facts.check("a process that exits", "Runtime.ExitError: RequestId: … Error: Runtime exited with error: exit status 3", body, bool(right))
    answer = api.invoke(FunctionName=name, Payload=b'{"hang":true}', LogType="Tail")
    body, log = json.loads(answer["Payload"].read()), base64.b64decode(answer["LogResult"])
    right = body.get("errorType") == "Sandbox.Timedout" and re.search(r"RequestId: \S+ Error: Task timed out after 3\.00 seconds", body.get("errorMessage", ""))
    facts.check("a timeout", "Sandbox.Timedout: RequestId: … Error: Task timed out after 3.00 seconds", body, bool(right))
    facts.check("the log's tail is at most 4 KB", "at most 4096", len(log), len(log) <= 4096)
    report = re.search(rb"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: \d+ MB\tMax Memory Used: \d+ MB", log)
    facts.check("the REPORT line", "REPORT RequestId: …\\tDuration: …", log[-200:].decode(errors="replace").strip().splitlines()[-1], bool(report))
    for size, fits in ((6_291_556, True), (6_291_557, False)):
        _, error, body, _ = invoke("Facts", {"bytes": size})
        seen = "an answer" if not error else body.get("errorType")
        facts.check(f"a response of {size:,} bytes", "an answer" if fits else "Function.ResponseSizeTooLarge", seen)
    _, _, body, _ = invoke("Facts", {"nothing": True})
    facts.check("a handler that returns nothing", "null", json.dumps(body))
    _, _, body, _ = invoke("Facts", {})
    facts.check("the remaining time is the timeout's", "2 to 3 s of 3", f"{body['left']} ms", 2000 < body["left"] <= 3000)
    before = body["ticks"]
    time.sleep(3)
    _, _, body, _ = invoke("Facts", {})
    ticked = body["ticks"] - before
    if local and ticked > 15:
        facts.line("not shown here", "between calls the environment is frozen")
    else:
        facts.check("between calls the environment is frozen", "fewer than 15 ticks of 30 in 3 s", ticked, ticked < 15)

    def refused(**change):
        try:
            api.update_function_configuration(FunctionName=name, **change)
            return "taken"
        except botocore.exceptions.ClientError as why:
            return why.response["Error"]["Code"]

    seen = refused(Environment={"Variables": {"A": "x" * 4200}})
    if local and seen == "taken":
        facts.line("not shown here", "more than 4 KB of environment variables are refused")
    else:
        facts.check("more than 4 KB of environment variables are refused", "InvalidParameterValueException", seen)
    facts.check("a reserved name among them is refused", "InvalidParameterValueException", refused(Environment={"Variables": {"AWS_REGION": "x"}}))
    try:
        api.invoke(FunctionName=name, Payload=b"{}", ClientContext=base64.b64encode(b'{"a":"' + b"x" * 3000 + b'"}').decode())
        seen = "taken"
    except botocore.exceptions.ClientError as why:
        seen = why.response["Error"]["Code"]
    if local and seen == "taken":
        facts.line("not shown here", "a client context above 3,583 bytes is refused")
    else:
        facts.check("a client context above 3,583 bytes is refused", "an error", seen, seen != "taken")
    facts.check("an asynchronous call", "202, nothing in the body", _asynchronous(api, name))
    retry_fact(facts, options, api, name, boto, local)
    facts.line("not in this run" if not local else "not shown here", "streamed responses may be 200 MB (needs response streaming)")


def _asynchronous(api, name):
    answer = api.invoke(FunctionName=name, Payload=b'{"fail":"asynchronously"}', InvocationType="Event")
    return f"{answer['StatusCode']}, {'nothing' if not answer['Payload'].read() else 'something'} in the body"


def retry_fact(facts, options, api, name, boto, local):
    fact = "a retry of Lambda's keeps the request id"
    if not options.slow and not local:
        facts.line("not in this run", f"{fact} (--slow: the retry comes after a minute)")
        return
    if local and not options.slow:
        facts.line("not in this run", f"{fact} (--slow)")
        return
    mark = secrets.token_hex(8)
    api.invoke(FunctionName=name, Payload=json.dumps({"fail": mark}).encode(), InvocationType="Event")
    logs, found, until = boto("logs"), [], time.monotonic() + 300
    while time.monotonic() < until and len(found) < 2:
        time.sleep(10)
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        found = [one["message"] for one in events if mark in one["message"]]
    ids = {match.group(0) for one in found for match in [re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one)] if match}
    facts.check(fact, "one id, twice", f"{len(found)} errors, {len(ids)} id(s)", len(found) >= 2 and len(ids) == 1)


# ---- all of it ----------------------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/aws-smoke")
    parser.add_argument("--profile", default=os.environ.get("AWS_PROFILE"))
    parser.add_argument("--region", default=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"))
    parser.add_argument("--stage", default=f"smoke-{secrets.token_hex(3)}")
    parser.add_argument("--slow", action="store_true")
    options = parser.parse_args()
    if not options.region:
        parser.error("no region: --region, or AWS_REGION")
    return options


def look(facts, options, deployed, boto, local):
    deployed.refuse_what_is_there(boto("cloudformation"))
    print(f"Deploying stage {options.stage} of {APP}", flush=True)
    deployed.start()
    aws = Aws(options.stage, APP)
    gateway = Gateway(aws, local)
    api = boto("lambda")

    def invoke(function, event, qualifier=None):
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = api.invoke(FunctionName=f"{options.stage}-{function}", Payload=json.dumps(event).encode(), **more)
        payload = answer["Payload"].read()
        return answer["StatusCode"], answer.get("FunctionError"), json.loads(payload) if payload else None, answer.get("ExecutedVersion")

    asyncio.run(websocket_facts(facts, gateway, options))
    second_api_facts(facts, gateway, boto)
    store_facts(facts, aws)
    stub_facts(facts, aws, options, invoke, boto)
    print("Deploying the real code", flush=True)
    if deployed.run("deploy") != 0:
        raise Refusal("`live deploy` failed")
    lambda_facts(facts, options, invoke, boto, local)


def main():
    options = arguments()
    os.environ["AWS_REGION"] = options.region
    if options.profile:
        os.environ["AWS_PROFILE"] = options.profile
    local = bool(os.environ.get("AWS_ENDPOINT_URL"))

    def boto(service):
        settings = botocore.config.Config(retries={"max_attempts": 3}, read_timeout=90)
        return boto3.client(service, region_name=options.region, endpoint_url=os.environ.get("AWS_ENDPOINT_URL"), config=settings)

    print(f"Account {boto('sts').get_caller_identity()['Account']}, {options.region}{', embedded AWS' if local else ''}", flush=True)
    facts, deployed, code = Facts(), Deployed(options), 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        look(facts, options, deployed, boto, local)
    except KeyboardInterrupt:
        print("Interrupted", flush=True)
        code = 130
    except Refusal as why:
        print(f"Stopped: {why}", flush=True)
        code = 2
    except Exception as failed:
        facts.line("DIFFERENT", "the run came to its end", "yes", f"{type(failed).__name__}: {failed}")
        code = 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C does not leave half of it behind
        if deployed.touched:
            print("Removing what was made", flush=True)
        if not deployed.clean_up():
            print(f"Not everything could be removed: `live remove --stage {options.stage}` in a copy of the app, or look at "
                  f"the stacks {options.stage}-*", flush=True)
            code = code or 1
    print(", ".join(f"{count} {what}" for what, count in facts.counts.items()), flush=True)
    return code or (1 if facts.counts["DIFFERENT"] else 0)


if __name__ == "__main__":
    sys.exit(main())
