"""scripts/aws-smoke, on the embedded AWS: it tells each fact, leaves nothing behind and touches nothing of others."""

import json
import pathlib
import signal
import subprocess
import sys
import unittest

from cloud import BINARY, REGION, Cloud

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))


class AwsSmoke(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)
        cls.cloudformation = cls.cloud.client("cloudformation")

    def start(self, *arguments):
        environment = dict(self.cloud.aws_environment(), LIVE_BINARY=BINARY, LIVE_HOME=str(self.cloud.state / "home"))
        return subprocess.Popen([ROOT / "scripts/aws-smoke", *arguments], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def assert_nothing_is_left(self):
        stacks = [one["StackName"] for one in self.cloudformation.describe_stacks()["Stacks"]]
        self.assertEqual([name for name in stacks if "smoke" in name], [])
        self.assertEqual(self.cloud.client("lambda").list_functions()["Functions"], [])
        self.assertEqual(self.cloud.client("apigatewayv2").get_apis()["Items"], [])
        self.assertEqual(self.cloud.client("dynamodb").list_tables()["TableNames"], [])
        buckets = [one["Name"] for one in self.cloud.client("s3").list_buckets()["Buckets"]]
        self.assertEqual([name for name in buckets if not name.startswith("cdk-")], [])
        groups = [one["logGroupName"] for one in self.cloud.client("logs").describe_log_groups()["logGroups"]]
        self.assertEqual(groups, [])

    def test_every_fact_that_the_embedded_aws_can_show_is_as_expected(self):
        run = self.start()
        text, _ = run.communicate(timeout=240)
        lines = text.splitlines()
        told = [line for line in lines if line.startswith(("ok ", "DIFFERENT ", "not shown here ", "not in this run "))]
        self.assertEqual([line for line in told if line.startswith("DIFFERENT")], [], text)
        self.assertEqual(run.returncode, 0, text)
        ok = sum(line.startswith("ok ") for line in told)
        self.assertGreaterEqual(ok, 50, text)
        self.assertRegex(lines[-1], rf"^{ok} ok, 0 DIFFERENT, \d+ not shown here, \d+ not in this run$")
        self.assert_nothing_is_left()

    def test_what_it_made_is_removed_when_it_is_interrupted(self):
        run = self.start("--stage", "smoke-interrupted")
        for line in run.stdout:
            if line.startswith("ok "):
                break
        run.send_signal(signal.SIGINT)
        text, _ = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 130, text)
        self.assertIn("Removing what was made", text)
        self.assert_nothing_is_left()

    def test_a_stack_that_it_did_not_make_is_left_alone(self):
        template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
        name = "smoke-mine-live-smoke-lab"
        self.cloudformation.create_stack(StackName=name, TemplateBody=template)
        self.addCleanup(self.cloudformation.delete_stack, StackName=name)
        run = self.start("--stage", "smoke-mine")
        text, _ = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 2, text)
        self.assertIn(f"stack {name} is there already", text)
        self.assertEqual(len(self.cloudformation.describe_stacks(StackName=name)["Stacks"]), 1)

    def test_a_fact_that_is_different_makes_the_run_fail(self):
        import aws_smoke
        facts = aws_smoke.Facts()
        facts.check("one and one", 2, 3)
        facts.guarded("what throws", "no exception", lambda: 1 / 0)
        self.assertEqual(facts.counts["DIFFERENT"], 2)


if __name__ == "__main__":
    unittest.main()
