"""Response streaming of the embedded AWS: InvokeWithResponseStream and function URLs with RESPONSE_STREAM.

Where boto3 is too old to know the call, botocore signs it and botocore's event stream parser reads it."""

import base64
import http.client
import json
import pathlib
import sys
import threading
import unittest
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import REGION, Cloud  # noqa: E402
from functions import make_native, make_node, make_role  # noqa: E402

HANDLER = """
exports.plain = async (event) => {
  if (event.fail) throw new RangeError('no')
  return { statusCode: 201, body: 'whole' }
}
exports.stream = awslambda.streamifyResponse(async (event, stream) => {
  const wanted = event.rawQueryString === undefined ? event : Object.fromEntries(new URLSearchParams(event.rawQueryString))
  const { how, gate, size } = wanted
  if (how === 'early') throw new RangeError('early')
  if (how === 'http') {
    stream = awslambda.HttpResponseStream.from(stream, {
      statusCode: 202, headers: { 'Content-Type': 'text/x-own', 'X-Own': 'yes' }, cookies: ['a=1', 'b=2'] })
  } else if (how === 'typed') stream.setContentType('text/plain')
  else if (how === 'bad prelude') stream.setContentType('application/vnd.awslambda.http-integration-response')
  if (how === 'empty') return stream.end()
  if (how === 'json') return stream.end('{"a":1}')
  if (size) {
    for (let i = 0; i < size / 65536; i++)
      if (!stream.write(Buffer.alloc(65536, i & 255))) await new Promise((go) => stream.once('drain', go))
    return stream.end()
  }
  console.log('streaming')
  stream.write('first')
  if (gate) await fetch(gate)
  if (how === 'late') throw new RangeError('late')
  if (how === 'exit') setTimeout(() => process.exit(3), 20)
  if (how === 'exit' || how === 'hang') await new Promise(() => setInterval(() => {}, 1000))
  stream.end(' last')
})
"""


class Gate:
    """Where a handler waits until the test lets it go on."""

    def __init__(self):
        self.opened = opened = threading.Event()

        class Waiting(BaseHTTPRequestHandler):
            def do_GET(self):
                opened.wait(30)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Waiting)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.opened.set()
        self.server.shutdown()
        self.server.server_close()


def setUpModule():
    global cloud, functions, role, hosts
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    functions = cloud.client("lambda")
    role = make_role(cloud)
    hosts = {}
    for name, mode in (("stream", "RESPONSE_STREAM"), ("plain", "RESPONSE_STREAM"), ("buffered", "BUFFERED")):
        handler = "index.plain" if name == "plain" else "index.stream"
        make_node(cloud, role, name, HANDLER, handler=handler, Timeout=2 if name == "stream" else 20)
        url = ask("POST", f"/2021-10-31/functions/{name}/url", {"AuthType": "NONE", "InvokeMode": mode}).json()
        functions.add_permission(FunctionName=name, StatementId="all", Action="lambda:InvokeFunctionUrl",
                                 Principal="*", FunctionUrlAuthType="NONE")
        hosts[name] = url["FunctionUrl"].split("/")[2]
    make_node(cloud, role, "patient", HANDLER, handler="index.stream", Timeout=60)


def ask(method, path, body, **headers):
    """A signed request, for what Debian's boto3 does not know yet."""
    request = AWSRequest(method, cloud.endpoint + path, data=json.dumps(body), headers=headers)
    SigV4Auth(Credentials(cloud.access_key, cloud.secret_key), "lambda", REGION).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=60)
    connection.request(method, path, json.dumps(body), dict(request.headers))
    answer = connection.getresponse()
    answer.connection, answer.json = connection, lambda: json.loads(answer.read())
    return answer


def events(name, event, **headers):
    """The events of InvokeWithResponseStream, as they come: (type, payload)."""
    answer = ask("POST", f"/2021-11-15/functions/{name}/response-streaming-invocations", event, **headers)
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.read()}")
    assert answer.headers["Content-Type"] == "application/vnd.amazon.eventstream", answer.headers
    assert answer.headers["X-Amz-Executed-Version"] == "$LATEST", answer.headers
    buffer = EventStreamBuffer()
    while piece := answer.read1(65536):
        buffer.add_data(piece)
        for message in buffer:
            assert message.headers[":message-type"] == "event"
            payload = message.payload
            yield message.headers[":event-type"], json.loads(payload) if message.headers[":event-type"] == "InvokeComplete" else payload
    answer.connection.close()


def whole(name, event, **headers):
    came = list(events(name, event, **headers))
    assert [kind for kind, _ in came[:-1]] == ["PayloadChunk"] * (len(came) - 1), came
    assert came[-1][0] == "InvokeComplete", came
    return b"".join(payload for _, payload in came[:-1]), came[-1][1]


def visit(name, query=""):
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=60)
    connection.request("GET", "/?" + query, headers={"Host": hosts[name]})
    return connection.getresponse()


class InvokeWithResponseStreamTest(unittest.TestCase):
    def test_the_first_bytes_come_while_the_handler_runs(self):
        gate = Gate()
        self.addCleanup(gate.close)
        coming = events("patient", {"gate": gate.url})
        self.assertEqual(next(coming), ("PayloadChunk", b"first"))
        gate.opened.set()
        self.assertEqual(list(coming), [("PayloadChunk", b" last"), ("InvokeComplete", {})])

    def test_a_large_answer_is_whole(self):
        payload, end = whole("patient", {"size": 20 * 1024 * 1024})
        self.assertEqual(payload, b"".join(bytes([i & 255]) * 65536 for i in range(320)))
        self.assertEqual(end, {})

    def test_an_empty_answer_is_only_an_end(self):
        self.assertEqual(whole("stream", {"how": "empty"}), (b"", {}))

    def test_an_error_on_the_way_is_told_at_the_end(self):
        payload, end = whole("stream", {"how": "late"})
        self.assertEqual((payload, end["ErrorCode"]), (b"first", "RangeError"))
        self.assertEqual(json.loads(end["ErrorDetails"])["errorMessage"], "late")

    def test_an_error_before_the_first_byte_is_told_at_the_end(self):
        payload, end = whole("stream", {"how": "early"})
        self.assertEqual((payload, end["ErrorCode"]), (b"", "RangeError"))

    def test_a_timeout_and_an_exit_are_told_at_the_end(self):
        payload, end = whole("stream", {"how": "hang"})
        self.assertEqual((payload, end["ErrorCode"]), (b"first", "Sandbox.Timedout"))
        self.assertIn("Task timed out after 2.00 seconds", end["ErrorDetails"])
        payload, end = whole("stream", {"how": "exit"})
        self.assertEqual((payload, end["ErrorCode"]), (b"first", "Runtime.ExitError"))

    def test_a_handler_that_does_not_stream_answers_in_one_piece(self):
        payload, end = whole("plain", {})
        self.assertEqual((json.loads(payload), end), ({"statusCode": 201, "body": "whole"}, {}))
        payload, end = whole("plain", {"fail": True})
        self.assertEqual((payload, end["ErrorCode"]), (b"", "Unhandled"))
        self.assertEqual(json.loads(end["ErrorDetails"])["errorType"], "RangeError")

    def test_the_end_holds_the_log_when_it_is_wanted(self):
        _, end = whole("stream", {}, **{"X-Amz-Log-Type": "Tail"})
        log = base64.b64decode(end["LogResult"]).decode()
        self.assertIn("streaming", log)
        self.assertIn("REPORT RequestId", log)

    def test_a_caller_that_hangs_up_does_not_stop_the_function(self):
        gate = Gate()
        self.addCleanup(gate.close)
        coming = events("patient", {"gate": gate.url})
        next(coming)
        coming.close()
        gate.opened.set()
        self.assertEqual(whole("patient", {})[0], b"first last")

    def test_the_clients_own_call(self):
        if not hasattr(functions, "invoke_with_response_stream"):
            self.skipTest("this boto3 does not know invoke_with_response_stream")
        answer = functions.invoke_with_response_stream(FunctionName="stream", Payload="{}")
        self.assertEqual((answer["StatusCode"], answer["ExecutedVersion"]), (200, "$LATEST"))
        came = list(answer["EventStream"])
        self.assertEqual(b"".join(e["PayloadChunk"]["Payload"] for e in came[:-1]), b"first last")
        self.assertEqual(came[-1], {"InvokeComplete": {}})
        with self.assertRaises(ClientError) as caught:
            functions.invoke_with_response_stream(FunctionName="nobody", Payload="{}")
        self.assertEqual(caught.exception.response["Error"]["Code"], "ResourceNotFoundException")


class BufferedInvokeTest(unittest.TestCase):
    def test_a_streamed_answer_is_one_payload(self):
        answer = functions.invoke(FunctionName="stream", Payload="{}")
        self.assertEqual((answer["Payload"].read(), answer.get("FunctionError")), (b"first last", None))

    def test_an_error_on_the_way_is_the_answer(self):
        answer = functions.invoke(FunctionName="stream", Payload='{"how":"late"}')
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertEqual(json.loads(answer["Payload"].read())["errorMessage"], "late")

    def test_more_than_a_buffered_answer_may_have_is_an_error(self):
        answer = functions.invoke(FunctionName="patient", Payload=json.dumps({"size": 7 * 1024 * 1024}))
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertEqual(json.loads(answer["Payload"].read())["errorType"], "Function.ResponseSizeTooLarge")


class FunctionUrlTest(unittest.TestCase):
    def test_its_mode_is_kept_and_checked(self):
        path = "/2021-10-31/functions/stream/url"
        self.assertEqual(ask("GET", path, {}).json()["InvokeMode"], "RESPONSE_STREAM")
        refused = ask("PUT", path, {"InvokeMode": "FAST"})
        self.assertEqual((refused.status, refused.headers["x-amzn-ErrorType"]), (400, "InvalidParameterValueException"))

    def test_the_first_bytes_come_while_the_handler_runs(self):
        gate = Gate()
        self.addCleanup(gate.close)
        answer = visit("stream", "how=typed&gate=" + gate.url)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/plain"))
        self.assertEqual(answer.headers["Transfer-Encoding"], "chunked")
        self.assertEqual(answer.read1(100), b"first")
        gate.opened.set()
        self.assertEqual(answer.read(), b" last")

    def test_a_prelude_is_the_head(self):
        answer = visit("stream", "how=http")
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.headers["X-Own"]), (202, "text/x-own", "yes"))
        self.assertEqual(answer.headers.get_all("Set-Cookie"), ["a=1", "b=2"])
        self.assertEqual(answer.read(), b"first last")

    def test_without_a_prelude_the_bytes_have_the_streams_type(self):
        answer = visit("stream")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/octet-stream"))
        self.assertEqual(answer.read(), b"first last")

    def test_what_fails_before_its_head_is_a_bad_gateway(self):
        for query in ("how=early", "how=bad%20prelude"):
            with self.subTest(query):
                answer = visit("stream", query)
                self.assertEqual((answer.status, answer.read()), (502, b"Internal Server Error"))

    def test_an_error_of_the_handlers_follows_the_body(self):
        connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=60)
        connection.request("GET", "/?how=late", headers={"Host": hosts["stream"], "Connection": "close"})
        raw = connection.sock.makefile("rb").read()
        self.assertIn(b"5\r\nfirst\r\n0\r\nLambda-Runtime-Function-Error-Type: RangeError\r\n", raw)

    def test_an_answer_that_lambda_ends_is_cut_off(self):
        for how in ("hang", "exit"):
            with self.subTest(how):
                answer = visit("stream", "how=" + how)
                with self.assertRaises(http.client.IncompleteRead) as caught:
                    answer.read()
                self.assertEqual(caught.exception.partial, b"first")

    def test_a_handler_that_does_not_stream_is_not_read_as_a_proxy_answer(self):
        answer = visit("plain")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/json"))
        self.assertEqual(json.loads(answer.read()), {"statusCode": 201, "body": "whole"})

    def test_a_buffered_url_gets_the_whole(self):
        answer = visit("buffered", "how=json")
        self.assertEqual((answer.status, answer.read()), (200, b'{"a":1}'))


class CustomRuntimeTest(unittest.TestCase):
    def test_a_runtime_of_its_own_can_stream(self):
        make_native(cloud, role, "own", '''
def handle(event, context):
    request_id = context["Lambda-Runtime-Aws-Request-Id"]
    own = http.client.HTTPConnection(host)
    own.putrequest("POST", base + "/invocation/%s/response" % request_id)
    for name, value in (("Lambda-Runtime-Function-Response-Mode", "streaming"), ("Transfer-Encoding", "chunked"),
                        ("Content-Type", "text/plain"), ("Trailer", "Lambda-Runtime-Function-Error-Type")):
        own.putheader(name, value)
    own.endheaders()
    own.send(b"5\\r\\nhello\\r\\n")
    own.send(b"0\\r\\nLambda-Runtime-Function-Error-Type: Own.Reason\\r\\n\\r\\n")
    assert own.getresponse().status == 202
    os.execv("/proc/self/exe", ["python3", sys.argv[0]])
''')
        self.assertEqual(whole("own", {}), (b"hello", {"ErrorCode": "Own.Reason", "ErrorDetails": ""}))


if __name__ == "__main__":
    unittest.main()
