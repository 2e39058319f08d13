"""Functions in Python and Ruby on the embedded AWS, with clients that we did not write: boto3 and the AWS CLI."""

import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

from cloud import Cloud
from functions import make_node, make_role, zipped


class InterpretedFunctions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)
        cls.role = make_role(cls.cloud)
        cls.functions = cls.cloud.client("lambda")

    def make(self, name, source, runtime="python3.11", file="index.py", **settings):
        return make_node(self.cloud, self.role, name, source, file=file, runtime=runtime, **settings)

    def invoke(self, name, event=None):
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        return json.loads(answer["Payload"].read()), answer.get("FunctionError"), log

    def test_python_runs_with_its_context(self):
        arn = self.make("about", """
import os
def handler(event, context):
    return {"event": event, "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
            "runtime": os.environ["AWS_EXECUTION_ENV"], "internal": os.environ.get("LIVE_CLOUD"),
            "left": 2000 < context.get_remaining_time_in_millis() <= 3000, "own": os.environ["OWN"]}
""", MemorySize=256, Environment={"Variables": {"OWN": "mine"}})
        answer, error, _ = self.invoke("about", {"é": 1})
        self.assertIsNone(error)
        self.assertEqual(answer, {"event": {"é": 1}, "arn": arn, "memory": "256", "runtime": "AWS_Lambda_python3.11",
                                  "internal": None, "left": True, "own": "mine"})

    def test_python_reaches_the_embedded_aws_with_its_role(self):
        self.make("caller", """
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
""", Timeout=30)
        answer, error, log = self.invoke("caller")
        if error and "pip install boto3" in answer["errorMessage"]:
            self.skipTest(answer["errorMessage"])  # the interpreter on PATH has none
        self.assertIn(":assumed-role/function-role/caller", answer)

    def test_errors_of_python_are_in_the_answer_and_in_the_log(self):
        self.make("failing", "def handler(event, context):\n    print('before')\n    return event['not there']\n")
        answer, error, log = self.invoke("failing", {})
        self.assertEqual(error, "Unhandled")
        self.assertEqual((answer["errorType"], answer["errorMessage"]), ("KeyError", "'not there'"))
        self.assertIn('index.py", line 3, in handler', answer["stackTrace"][0])
        self.assertRegex(log, r"(?s)START.*before\n\[ERROR\] KeyError: 'not there'\nTraceback .*line 3, in handler.*END")

    def test_what_cannot_be_imported_is_told_in_lambdas_words(self):
        self.make("missing", "import not_there\n")
        answer, error, _ = self.invoke("missing")
        self.assertEqual(answer["errorType"], "Runtime.ImportModuleError")
        self.assertEqual(answer["errorMessage"], "Unable to import module 'index': No module named 'not_there'")

    def test_a_timeout_ends_python(self):
        self.make("slow", "import time\ndef handler(event, context): time.sleep(event)\n", Timeout=1)
        answer, error, _ = self.invoke("slow", 30)
        self.assertRegex(answer["errorMessage"], "Task timed out after 1.00 seconds")
        self.assertEqual(self.invoke("slow", 0)[0], None)

    def test_new_code_runs_in_the_next_call(self):
        self.make("changing", "def handler(event, context): return 'one'\n")
        self.assertEqual(self.invoke("changing")[0], "one")
        self.functions.update_function_code(
            FunctionName="changing", ZipFile=zipped({"index.py": "def handler(event, context): return 'two'\n"}))
        self.assertEqual(self.invoke("changing")[0], "two")

    def test_layers_lie_over_each_other(self):
        def publish(name, text):
            made = self.functions.publish_layer_version(
                LayerName=name, Content={"ZipFile": zipped({"python/which.py": f"TEXT = '{text}'\n"})})
            return made["LayerVersionArn"]
        layers = [publish("lower", "lower"), publish("upper", "upper")]
        self.make("layered", "import which\ndef handler(event, context): return which.TEXT\n", Layers=layers)
        self.assertEqual(self.invoke("layered")[0], "upper")
        by_arn = self.functions.get_layer_version_by_arn(Arn=layers[0])
        self.assertEqual(by_arn["LayerVersionArn"], layers[0])
        with urllib.request.urlopen(by_arn["Content"]["Location"]) as answer:
            self.assertIn(b"which.py", answer.read())

    @unittest.skipUnless(shutil.which("ruby"), "there is no ruby on PATH")
    def test_ruby_runs_and_fails_in_lambdas_shape(self):
        self.make("ruby", """
def handler(event:, context:)
  raise ArgumentError, "no" if event["fail"]
  { event: event, name: context.function_name, runtime: ENV["AWS_EXECUTION_ENV"] }
end
""", runtime="ruby3.3", file="index.rb")
        self.assertEqual(self.invoke("ruby", {"a": 1})[0],
                         {"event": {"a": 1}, "name": "ruby", "runtime": "AWS_Lambda_ruby3.3"})
        answer, error, _ = self.invoke("ruby", {"fail": True})
        self.assertEqual((error, answer["errorType"], answer["errorMessage"]),
                         ("Unhandled", "Function<ArgumentError>", "no"))

    def test_the_cli_creates_and_invokes_one(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        package, answer = pathlib.Path(folder.name, "code.zip"), pathlib.Path(folder.name, "answer.json")
        package.write_bytes(zipped({"pkg/main.py": "def handler(event, context): return event['n'] + 1\n"}))
        self.cli("create-function", "--function-name", "by-cli", "--runtime", "python3.11", "--handler", "pkg/main.handler",
                 "--role", self.role, "--zip-file", f"fileb://{package}")
        self.cli("invoke", "--function-name", "by-cli", "--cli-binary-format", "raw-in-base64-out", "--payload", '{"n": 1}', str(answer))
        self.assertEqual(json.loads(answer.read_text()), 2)

    def cli(self, *arguments):
        self.cloud.aws("lambda", *arguments)


if __name__ == "__main__":
    unittest.main()
