"""`live cloud --faults`: what boto3 and the AWS CLI's own connection see of injected faults."""

import http.client
import pathlib
import subprocess
import sys
import threading
import time
import unittest

from botocore.exceptions import ClientError, ConnectionClosedError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import BINARY, Cloud  # noqa: E402


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud("--quiet")
        cls.addClassCleanup(cls.cloud.stop)
        cls.dynamodb, cls.s3 = cls.cloud.client("dynamodb"), cls.cloud.client("s3")
        cls.dynamodb.create_table(TableName="table", BillingMode="PAY_PER_REQUEST",
                                  AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                                  KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])

    def setUp(self):
        self.addCleanup(self.use, "none")

    def use(self, spec, **options):
        command = [BINARY, "cloud", "faults", spec, "--state", str(self.cloud.state)]
        return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout

    def refusal(self, run, **arguments):
        with self.assertRaises(ClientError) as caught:
            run(**arguments)
        answer = caught.exception.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]

    def put(self, key):
        return self.dynamodb.put_item(TableName="table", Item={"pk": {"S": key}})

    def has(self, key):
        return "Item" in self.dynamodb.get_item(TableName="table", Key={"pk": {"S": key}})

    def test_refusals_are_said_as_the_service_says_them(self):
        for status, code in (("429", (400, "ThrottlingException")), ("500", (500, "InternalServerError")),
                             ("503", (503, "ServiceUnavailable")), ("403", (400, "AccessDeniedException"))):
            self.use(f"dynamodb:{status}")
            self.assertEqual(self.refusal(self.dynamodb.list_tables), code)
        for status, code in (("429", (503, "SlowDown")), ("500", (500, "InternalError")),
                             ("503", (503, "ServiceUnavailable")), ("403", (403, "AccessDenied"))):
            self.use(f"s3:{status}")
            self.assertEqual(self.refusal(self.s3.list_buckets), code)
        gateway = self.cloud.client("apigatewaymanagementapi", endpoint=f"{self.cloud.endpoint}/dev")
        for status, code in (("429", "LimitExceededException"), ("413", "PayloadTooLargeException"),
                             ("403", "ForbiddenException")):
            self.use(f"execute-api:{status}")
            self.assertEqual(self.refusal(gateway.post_to_connection, ConnectionId="abcdefghijklmno=", Data=b"x"),
                             (int(status), code))

    def test_other_services_go_on(self):
        self.use("dynamodb:500,s3:500")
        self.assertEqual(self.cloud.client("sts").get_caller_identity()["Account"], self.cloud.account)

    def test_a_request_may_be_lost_before_and_after_the_work(self):
        self.use("dynamodb:request-lost")
        with self.assertRaises(ConnectionClosedError):
            self.put("before")
        self.use("dynamodb:answer-lost")
        with self.assertRaises(ConnectionClosedError):
            self.put("after")
        self.use("dynamodb:500-though-done")
        self.assertEqual(self.refusal(self.put, key="done"), (500, "InternalServerError"))
        self.use("none")
        self.assertEqual([self.has(key) for key in ("before", "after", "done")], [False, True, True])

    def test_requests_wait_for_a_network_that_is_away(self):
        self.use("client:away")
        done = threading.Event()
        waiting = threading.Thread(target=lambda: (self.put("away"), done.set()))
        waiting.start()
        self.assertFalse(done.wait(0.3))
        self.use("none")
        self.assertTrue(done.wait(10))
        waiting.join()
        self.assertTrue(self.has("away"))

    def test_a_delay_is_added(self):
        self.use("s3:delay=300ms")
        began = time.monotonic()
        self.s3.list_buckets()
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_the_seed_is_told_and_may_be_given(self):
        self.assertRegex(self.use("s3:500=0.5"), r"^Faults: s3:500=0.5,seed=\d+\n$")
        seen = []
        for _ in range(2):
            self.use("s3:500=0.5,seed=4711")
            outcomes = ""
            for _ in range(20):
                try:
                    self.s3.list_buckets()
                    outcomes += "."
                except ClientError:
                    outcomes += "x"
            seen.append(outcomes)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(set(seen[0]), {".", "x"})

    def test_a_malformed_spec_is_refused_and_changes_nothing(self):
        self.use("s3:500,seed=1")
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            self.use("s3:500,dynamodb:teapot")
        self.assertIn('faults "dynamodb:teapot": dynamodb has no fault "teapot"; there are: 403, 429',
                      caught.exception.stderr)
        self.assertEqual(self.use(""), "Faults: s3:500,seed=1\n")
        ended = subprocess.run([BINARY, "cloud", "--port", "0", "--faults", "x"], capture_output=True, text=True)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn('faults "x"', ended.stderr)

    def test_only_the_administrator_may_change_them(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.port)
        self.addCleanup(connection.close)
        connection.request("PUT", "/_live/faults", "s3:500")
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (403, b"sign with the administrator's key"))
        self.s3.list_buckets()


if __name__ == "__main__":
    unittest.main()
