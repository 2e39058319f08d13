"""What means no good to the embedded AWS: bombs, depths, foreign pages. Refused, and it goes on."""

import http.client
import io
import pathlib
import time
import unittest
import zipfile

import botocore.auth
import botocore.awsrequest
import botocore.credentials
from botocore.exceptions import ClientError

from cloud import REGION, Cloud

KEYS = botocore.credentials.Credentials("test", "test")


class HostileInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)
        cls.addClassCleanup(cls.check_memory)

    @classmethod
    def check_memory(cls):
        status = pathlib.Path(f"/proc/{cls.cloud.process.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
        assert peak < 700, f"the embedded AWS came to use {peak} MB"

    def send(self, service, path="/", method="POST", body=b"", headers=None, extra=None, presign=False, host=None):
        """Signed as it should be; `extra` headers are added behind the signer's back, as a browser does."""
        request = botocore.awsrequest.AWSRequest(method, self.cloud.endpoint + path, headers=headers or {}, data=body)
        if presign:
            botocore.auth.SigV4QueryAuth(KEYS, service, REGION, expires=60).add_auth(request)
        else:
            botocore.auth.SigV4Auth(KEYS, service, REGION).add_auth(request)
        prepared = request.prepare()
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.port, timeout=20)
        target = prepared.url.removeprefix(self.cloud.endpoint)
        sent = {**dict(prepared.headers), **(extra or {})}
        if host:
            sent["Host"] = host
        connection.request(method, target, prepared.body, sent)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, text

    def tearDown(self):
        self.assertEqual(self.cloud.client("sts").get_caller_identity()["Account"], self.cloud.account)

    def dynamodb(self, body):
        return self.send("dynamodb", body=body, headers={"X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Type": "application/x-amz-json-1.0"})

    def test_deep_json_is_refused(self):
        for body in [b"[" * 1_000_000, b'{"a":' * 200_000, b'{"TableName":"t","Item":{"a":' + b'{"M":{"a":' * 300 + b"1"]:
            status, text = self.dynamodb(body)
            self.assertEqual(status, 400, text[:200])
            self.assertIn("SerializationException", text)
        deep = b'{"TableName":"t","Item":{"a":' + b'{"M":{"a":' * 60 + b'{"S":"x"}' + b"}}" * 60 + b"}}"
        status, text = self.dynamodb(deep)
        self.assertEqual(status, 400, text[:200])

    def test_deep_and_many_query_parameters_are_refused(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        deep = "Action=Publish&Version=2010-03-31&" + ".".join(["a"] * 10_000) + "=1"
        many = "Action=Publish&Version=2010-03-31&" + "&".join(f"p{i}=1" for i in range(200_000))
        for body in [deep, many]:
            began = time.monotonic()
            status, text = self.send("sns", body=body.encode(), headers=form)
            self.assertEqual(status, 400, text[:200])
            self.assertIn("MalformedInput", text)
            self.assertLess(time.monotonic() - began, 5)

    def test_deep_xml_and_entities_are_refused(self):
        s3 = self.cloud.client("s3")
        s3.create_bucket(Bucket="hostile", CreateBucketConfiguration={"LocationConstraint": REGION})
        laughs = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Tagging>&b;</Tagging>'
        for body in [b"<a>" * 100_000, b"<Tagging>" + b"<TagSet>" * 5000, laughs]:
            status, text = self.send("s3", "/hostile?tagging", "PUT", body)
            self.assertEqual(status, 400, text[:200])

    def test_yaml_bombs_are_refused(self):
        client = self.cloud.client("cloudformation")
        laughs = "Resources:\n  A: &a {Type: x, P: [1,1,1,1,1,1,1,1,1,1]}\n" + "".join(
            f"  B{i}: &b{i} [{', '.join(['*' + ('a' if i == 0 else f'b{i - 1}')] * 10)}]\n" for i in range(9))
        for template in [laughs, "a: " + "[" * 20_000, "Resources: " + "{a: " * 3000]:
            began = time.monotonic()
            with self.assertRaises(ClientError) as refused:
                client.create_stack(StackName="bomb", TemplateBody=template)
            self.assertEqual(refused.exception.response["Error"]["Code"], "ValidationError")
            self.assertLess(time.monotonic() - began, 10)

    def test_a_zip_bomb_is_refused_and_leaves_nothing(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name in "abc":
                zipped.writestr(name, b"\0" * 100_000_000)
        self.assertLess(len(bomb.getvalue()), 1_000_000)
        used = lambda: sum(f.stat().st_size for f in self.cloud.state.rglob("*") if f.is_file())
        before = used()
        role = self.cloud.client("iam").create_role(RoleName="bomb", AssumeRolePolicyDocument='{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}')["Role"]["Arn"]
        with self.assertRaises(ClientError) as refused:
            self.cloud.client("lambda").create_function(FunctionName="bomb", Runtime="nodejs22.x", Role=role, Handler="a.b", Code={"ZipFile": bomb.getvalue()})
        self.assertEqual(refused.exception.response["Error"]["Code"], "InvalidParameterValueException")
        self.assertIn("262144000", refused.exception.response["Error"]["Message"])
        self.assertLess(used() - before, 2_000_000)

    def test_a_foreign_name_is_refused_whatever_it_signs(self):
        for host in ["evil.example", f"evil.example:{self.cloud.port}", "localhost.evil.example"]:
            status, text = self.send("sts", "/?Action=GetCallerIdentity&Version=2011-06-15", "GET", host=host)
            self.assertEqual(status, 403, text[:200])
            self.assertIn("127.0.0.1", text)

    def test_a_page_of_another_site_cannot_use_the_usual_key(self):
        identity = dict(service="sts", path="/?Action=GetCallerIdentity&Version=2011-06-15", presign=True)
        self.assertEqual(self.send(**identity, method="GET")[0], 200)
        for extra in [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                      {"Origin": "http://localhost.evil.example", "Sec-Fetch-Site": "cross-site"}]:
            status, text = self.send(**identity, method="GET", extra=extra)
            self.assertEqual(status, 403, text[:200])
            self.assertIn("other sites", text)
        create = dict(service="lambda", path="/2015-03-31/functions", method="POST", presign=True, body=b'{"FunctionName":"x"}')
        status, text = self.send(**create, extra={"Origin": "https://evil.example", "Content-Type": "text/plain"})
        self.assertEqual(status, 403, text[:200])

    def test_a_page_of_this_machine_may_use_it(self):
        for extra in [{"Origin": "http://localhost:3000"}, {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-site"}]:
            status, text = self.send("sts", "/?Action=GetCallerIdentity&Version=2011-06-15", "GET", presign=True, extra=extra)
            self.assertEqual(status, 200, text[:200])


if __name__ == "__main__":
    unittest.main()
