"""A client of a stage, written from docs/protocol.md alone: it shares no line with `live`.

    /usr/bin/python3 tests/support/another_client.py STAGE APP

AWS_ENDPOINT_URL (the embedded AWS) or AWS itself, by the usual variables. It takes the stage and answers every call as
its event says (see answer_of()), until another client has the stage. Each thing that happens is a line of JSON.
"""

import asyncio
import base64
import json
import os
import secrets
import struct
import sys
import time
import urllib.parse
import uuid

MAX_MESSAGE = 131_072
MAX_BODY = 7 * 1024 * 1024
MAX_RESPONSE = 6_291_556
FRESH = 5 * 60_000
RUNNING_AT_MOST = 1024
NUMBERS = {"invoke": 1, "reply": 2, "alive": 3, "chunk": 4, "moved": 5, "superseded": 6}


def now():
    return int(time.time() * 1000)


class Refused(Exception):
    """A message or object that is not what it has to be."""


# ---- bodies -------------------------------------------------------------------------------------------------------


def sections(body):
    if not body or body[0] != 1:
        raise Refused("the layout is not version 1")
    found, at = {}, 1
    while at < len(body):
        if at + 5 > len(body):
            raise Refused("a section is cut short")
        tag, size = struct.unpack_from(">BI", body, at)
        at += 5
        if at + size > len(body):
            raise Refused("a section is cut short")
        if tag < 32:
            if tag in found:
                raise Refused("a section comes twice")
            found[tag] = body[at:at + size]
        at += size
    return found


def body_of(parts):
    return b"\1" + b"".join(struct.pack(">BI", tag, len(value)) + value for tag, value in parts.items())


def pairs(value):
    found, at = [], 0
    while at < len(value):
        both = []
        for _ in range(2):
            (size,) = struct.unpack_from(">I", value, at)
            both.append(value[at + 4:at + 4 + size].decode("utf-8", "surrogateescape"))
            at += 4 + size
        found.append(tuple(both))
    return found


# ---- the seal -----------------------------------------------------------------------------------------------------


class Stage:
    """Holds the stage key: makes messages and opens them, at the client's end unless told otherwise."""

    def __init__(self, key, end="client"):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        assert len(key) == 32
        self.aes, self.end = AESGCM(key), end

    def bound(self, head, incoming, key=""):
        is_object = bool(key)
        to_client = incoming == (self.end == "client")
        direction = 3 if head["type"] == "superseded" else 1 if to_client else 2
        out = b"live" + bytes([1, int(is_object), NUMBERS[head["type"]], direction])
        out += struct.pack(">IQ", 0 if is_object else head["sequence"], 0 if is_object else head["sent_at"])
        for text in (head["request_id"], head["nonce"], "" if is_object else head.get("to", ""),
                     "" if is_object else head.get("reply_to", ""), key):
            raw = text.encode()
            out += struct.pack(">H", len(raw)) + raw
        return out

    def seal(self, bound, content, nonce=None):
        nonce = nonce or secrets.token_bytes(12)
        return nonce + self.aes.encrypt(nonce, content, bound)

    def unseal(self, bound, sealed):
        from cryptography.exceptions import InvalidTag
        try:
            return self.aes.decrypt(sealed[:12], sealed[12:], bound)
        except (InvalidTag, ValueError) as wrong:
            raise Refused("not sealed by this stage") from wrong

    def text(self, head, content, nonce=None):
        sealed = self.seal(self.bound(head, incoming=False), content, nonce)
        return json.dumps({"type": head["type"], "version": 1, **head, "body": base64.b64encode(sealed).decode()},
                          separators=(",", ":"))

    def open(self, text):
        """The head, and the content."""
        if len(text.encode()) > MAX_MESSAGE:
            raise Refused("too long")
        try:
            message = json.loads(text)
            sealed = base64.b64decode(message["body"], validate=True)
            if message["type"] not in NUMBERS or message["version"] != 1:
                raise Refused("another version")
            head = {name: message[name] for name in ("type", "request_id", "nonce", "sequence", "sent_at")}
            head |= {name: message.get(name, "") for name in ("to", "reply_to")}
            return head, self.unseal(self.bound(head, incoming=True), sealed)
        except (ValueError, KeyError, TypeError, struct.error) as wrong:
            raise Refused(f"malformed: {wrong}") from wrong

    def object_key(self):
        return "payloads/" + secrets.token_hex(24)


def pack(body):
    if len(body) > 1024:
        import zstandard
        frame = zstandard.ZstdCompressor(level=1, write_content_size=True).compress(body)
        if len(frame) + 4 < len(body):
            return b"\1" + struct.pack(">I", len(body)) + frame
    return b"\0" + body


def unpack(content):
    if content[:1] == b"\0":
        return content[1:]
    if content[:1] != b"\1" or len(content) < 5:
        raise Refused("a body in an unknown form")
    import zstandard
    (size,) = struct.unpack_from(">I", content, 1)
    frame = content[5:]
    if size > MAX_BODY or zstandard.get_frame_parameters(frame).content_size != size:
        raise Refused("a body of an impossible size")
    body = zstandard.ZstdDecompressor().decompress(frame, max_output_size=size)
    if len(body) != size:
        raise Refused("a damaged body")
    return body


# ---- AWS ----------------------------------------------------------------------------------------------------------


class Aws:
    def __init__(self, stage, app):
        import boto3
        import botocore.config
        self.session = boto3.Session()
        self.region = os.environ["AWS_REGION"]
        self.endpoint = os.environ.get("AWS_ENDPOINT_URL")
        settings = botocore.config.Config(retries={"max_attempts": 2}, connect_timeout=5, read_timeout=20,
                                          max_pool_connections=50, s3={"addressing_style": "path"})

        def client(name, endpoint=self.endpoint):
            return self.session.client(name, region_name=self.region, endpoint_url=endpoint, config=settings)

        stack = client("cloudformation").describe_stacks(StackName=f"{stage}-{app}-debug-stack")["Stacks"][0]
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        self.url, self.table, self.bucket = outputs["Url"], outputs["Table"], outputs["Bucket"]
        self.host, self.path = urllib.parse.urlsplit(self.url).netloc, urllib.parse.urlsplit(self.url).path
        own = f"https://{self.host}{self.path}" if not self.endpoint else \
            f"{self.endpoint}/_api/{self.host.split('.')[0]}{self.path}"
        self.management = client("apigatewaymanagementapi", own)
        self.dynamodb, self.s3 = client("dynamodb"), client("s3")

    def stage_key(self):
        return base64.b64decode(self.s3.get_object(Bucket=self.bucket, Key="keys/stage")["Body"].read())

    def dial(self):
        import botocore.auth
        import botocore.awsrequest
        import websockets
        request = botocore.awsrequest.AWSRequest("GET", f"https://{self.host}{self.path}")
        credentials = self.session.get_credentials().get_frozen_credentials()
        botocore.auth.SigV4Auth(credentials, "execute-api", self.region).add_auth(request)
        options = dict(extra_headers=dict(request.headers), compression=None, max_size=2**20, open_timeout=10)
        if not self.endpoint:
            return websockets.connect(self.url, **options)
        at = urllib.parse.urlsplit(self.endpoint)
        return websockets.connect(f"ws://{self.host}{self.path}", host=at.hostname, port=at.port, **options)

    def update(self, update, values, names, condition=None):
        extra = {"ConditionExpression": condition} if condition else {}
        return self.dynamodb.update_item(
            TableName=self.table, Key={"pk": {"S": "client"}}, UpdateExpression=update, ReturnValues="ALL_OLD",
            ExpressionAttributeNames={f"#{name}": name for name in names}, ExpressionAttributeValues=values,
            **extra).get("Attributes", {})

    def take(self, connection, session, who):
        old = self.update(
            "SET #connection = :connection, #session = :session, #since = :since, #who = :who, #expires = :expires "
            "ADD #epoch :one",
            {":connection": {"S": connection}, ":session": {"S": session}, ":since": {"N": str(now())},
             ":who": {"S": who}, ":expires": {"N": str(now() // 1000 + 7 * 24 * 3600)}, ":one": {"N": "1"}},
            ["connection", "session", "since", "who", "expires", "epoch"])
        return int(old.get("epoch", {"N": "0"})["N"]) + 1, {name: one.get("S") for name, one in old.items()}

    def leave(self, session, epoch):
        try:
            self.update("REMOVE #connection, #session, #who, #since",
                        {":session": {"S": session}, ":epoch": {"N": str(epoch)}},
                        ["connection", "session", "who", "since", "epoch"], "#session = :session AND #epoch = :epoch")
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            pass

    def post(self, connection, text):
        """The HTTP status."""
        import botocore.exceptions
        try:
            self.management.post_to_connection(ConnectionId=connection, Data=text.encode())
            return 200
        except botocore.exceptions.ClientError as refused:
            return refused.response["ResponseMetadata"]["HTTPStatusCode"]

    def put(self, key, sealed):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=sealed)

    def get_and_delete(self, key):
        sealed = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        self.s3.delete_object(Bucket=self.bucket, Key=key)
        return sealed


# ---- the client ---------------------------------------------------------------------------------------------------


class Call:
    def __init__(self, head):
        self.request_id, self.nonce = head["request_id"], head["nonce"]
        self.reply_to, self.heard, self.sent = head["reply_to"], head["sequence"], 0
        self.sent_at, self.deadline = head["sent_at"], now() + 900_000
        self.kept, self.running, self.mute, self.again = None, True, False, 0

    def hear(self, head):
        if head["sequence"] > self.heard:
            self.heard, self.reply_to = head["sequence"], head["reply_to"]

    def head(self, kind):
        self.sent = max(self.sent, self.heard) + 1
        return {"type": kind, "request_id": self.request_id, "nonce": self.nonce, "sequence": self.sent,
                "sent_at": now()}


class Client:
    def __init__(self, aws):
        self.aws, self.session, self.who = aws, str(uuid.uuid4()), "another@client"
        self.stage = Stage(aws.stage_key())
        self.calls, self.tasks, self.over = {}, set(), asyncio.Event()
        self.superseded, self.offsets = False, []

    def say(self, what, **more):
        print(json.dumps({"what": what, **more}), flush=True)

    def spawn(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def post(self, connection, text):
        return await asyncio.to_thread(self.aws.post, connection, text)

    async def run(self):
        async with self.aws.dial() as socket:
            await socket.send('{"type":"hello"}')
            self.connection = json.loads(await asyncio.wait_for(socket.recv(), 5))["connectionId"]
            self.epoch, old = await asyncio.to_thread(self.aws.take, self.connection, self.session, self.who)
            self.say("took", epoch=self.epoch, previous=old.get("who"))
            if old.get("connection"):
                await self.tell(old)
            reader = asyncio.ensure_future(self.read(socket))
            self.spawn(self.stay(socket))
            await self.over.wait()
            while any(call.running for call in self.calls.values()):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(self.aws.leave, self.session, self.epoch)
            reader.cancel()
        self.say("ended", superseded=self.superseded)

    async def stay(self, socket):
        while not self.over.is_set():
            await asyncio.sleep(30)
            await socket.send('{"type":"hello"}')

    async def tell(self, old):
        head = {"type": "superseded", "request_id": "", "nonce": "", "sequence": 1, "sent_at": now(),
                "to": old["session"]}
        body = body_of({1: self.who.encode(), 2: struct.pack(">Q", now())})
        self.say("told", status=await self.post(old["connection"], self.stage.text(head, pack(body))))

    async def read(self, socket):
        async for text in socket:
            if '"hello"' in text and json.loads(text).get("type") == "hello":
                continue
            try:
                head, content = self.stage.open(text)
                if head["to"] != self.session:
                    raise Refused("for another session")
                self.take(head, content, text)
            except Refused as why:
                self.say("dropped", why=str(why))

    def take(self, head, content, text):
        if head["type"] == "superseded":
            found = sections(unpack(content))
            self.superseded = True
            self.say("superseded", by=found[1].decode(), since=struct.unpack(">Q", found[2])[0])
            self.over.set()
            return
        if head["type"] not in ("invoke", "alive"):
            raise Refused(f"a client gets no {head['type']}")
        call = self.calls.get((head["request_id"], head["nonce"]))
        if call:
            self.say("again", type=head["type"], request_id=head["request_id"], running=call.running)
            call.hear(head)
            call.again += 1
            if call.running:
                self.spawn(self.post(call.reply_to, self.stage.text(call.head("alive"), b"\0")))
            elif call.kept and now() < call.deadline:
                self.spawn(self.deliver(call))
        elif head["type"] == "alive":
            raise Refused("a question about an unknown call")
        elif self.superseded:
            self.spawn(self.post(head["reply_to"], self.stage.text(self.same(head, "moved"), b"\0")))
        elif abs(head["sent_at"] - now()) > FRESH:
            raise Refused("stale")
        elif sum(one.running for one in self.calls.values()) >= RUNNING_AT_MOST:
            busy = self.error("Live.Busy", "The client runs as many calls as it can")
            self.spawn(self.post(head["reply_to"], self.stage.text(self.same(head, "reply"), pack(busy))))
        else:
            call = self.calls[head["request_id"], head["nonce"]] = Call(head)
            self.spawn(self.serve(call, head, content, text))

    def same(self, head, kind):
        return {**{name: head[name] for name in ("request_id", "nonce", "sequence")}, "type": kind, "sent_at": now()}

    def error(self, kind, message):
        envelope = {"errorType": kind, "errorMessage": message, "trace": []}
        return body_of({1: b"\1", 2: kind.encode(), 3: json.dumps(envelope).encode()})

    async def body(self, head, content):
        if content[:1] != b"\2":
            return unpack(content), False
        (size,) = struct.unpack_from(">I", content, 1)
        key = content[5:].decode()
        sealed = await asyncio.to_thread(self.aws.get_and_delete, key)
        if len(sealed) != size:
            raise Refused("an object of another size")
        return unpack(self.stage.unseal(self.stage.bound(head, True, key), sealed)), True

    async def serve(self, call, head, content, text):
        self.offsets = (self.offsets + [now() - head["sent_at"]])[-64:]
        self.spawn(self.keep_saying_alive(call))
        try:
            body, by_store = await self.body(head, content)
            found = sections(body)
            call.deadline = struct.unpack(">Q", found[3])[0] + min(self.offsets)
            variables = dict(pairs(found.get(8, b"")))
            self.say("runs", request_id=call.request_id, function=found[1].decode(), by_store=by_store,
                     environment=found[2].decode(), arn=found[4].decode(), left=call.deadline - now(),
                     region=variables.get("AWS_REGION"), has_keys="AWS_ACCESS_KEY_ID" in variables)
            answer = await self.answer_of(call, found[9], text)
        except Refused as why:
            answer = self.error("Live.Protocol", str(why))
        if call.mute:
            call.running = False
            return
        call.kept = await self.message(call, answer)
        call.running = False
        await self.deliver(call)

    async def keep_saying_alive(self, call):
        await asyncio.sleep(1.5)
        while call.running and not call.mute:
            await self.post(call.reply_to, self.stage.text(call.head("alive"), b"\0"))
            await asyncio.sleep(1.5)

    async def message(self, call, answer):
        head, content = call.head("reply"), pack(answer)
        text = self.stage.text(head, content)
        if len(text) <= MAX_MESSAGE:
            return text
        key = self.stage.object_key()
        sealed = self.stage.seal(self.stage.bound(head, False, key), content)
        await asyncio.to_thread(self.aws.put, key, sealed)
        return self.stage.text(head, b"\2" + struct.pack(">I", len(sealed)) + key.encode())

    async def deliver(self, call):
        pause = 0.05
        while now() < call.deadline:
            status = await self.post(call.reply_to, call.kept)
            self.say("posted", request_id=call.request_id, status=status)
            if status in (200, 410):
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2)

    async def answer_of(self, call, event, text):
        """What the event asks for."""
        wanted = json.loads(event)
        if "wait" in wanted:  # longer than a stub bears silence
            await asyncio.sleep(wanted["wait"])
        if "mute" in wanted:  # neither a sign of life nor an answer
            call.mute = True
        if "twice" in wanted:  # the network delivers the stub's message once more, and once more when it is answered
            self.spawn(self.once_more(call, text))
            await self.post(self.connection, text)
            while not call.again:
                await asyncio.sleep(0.02)
        if "fail" in wanted:
            return self.error("Error", wanted["fail"])
        payload = json.dumps({"client": "another", "size": len(event), "text": wanted.get("text", "")}).encode()
        if "bytes" in wanted:  # that do not compress
            payload = json.dumps(secrets.token_hex(wanted["bytes"] // 2)).encode()
        if len(payload) > MAX_RESPONSE:
            return self.error("Function.ResponseSizeTooLarge",
                              f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes).")
        answer = {1: b"\0", 3: payload}
        if "prints" in wanted:  # told as it runs, a piece twice, and all of it with the answer
            log = "".join(line + "\n" for line in wanted["prints"])
            await self.tell_log(call, log.encode())
            answer[4] = json.dumps({"log": log + "with the answer\n"}).encode()
        return body_of(answer)

    async def tell_log(self, call, log):
        first = log.index(b"\n") + 1
        for offset, lines in ((0, log[:first]), (0, log[:first]), (first, log[first:])):
            said = pack(body_of({1: struct.pack(">Q", offset), 2: lines}))
            await self.post(call.reply_to, self.stage.text(call.head("alive"), said))

    async def once_more(self, call, text):
        while not call.kept:
            await asyncio.sleep(0.02)
        await self.post(self.connection, text)


if __name__ == "__main__":
    asyncio.run(Client(Aws(*sys.argv[1:3])).run())
