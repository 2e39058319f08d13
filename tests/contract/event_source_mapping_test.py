"""Event source mappings through boto3, the AWS CLI and CloudFormation: kept and shown as on AWS, also where nothing polls."""

import json
import pathlib
import subprocess
import sys
import time
import unittest
import warnings

from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import AWS_CLI, REGION, Cloud  # noqa: E402
from functions import make_native, make_role  # noqa: E402

TEMPLATE = """
Parameters:
  Batch: {Type: Number, Default: 5}
  Enabled: {Type: String, Default: 'true'}
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:of-a-stack'
      FunctionName: worker
      BatchSize: !Ref Batch
      Enabled: !Ref Enabled
Outputs:
  Id: {Value: !Ref Mapping}
  Same: {Value: !GetAtt Mapping.Id}
  Arn: {Value: !GetAtt Mapping.EventSourceMappingArn}
"""


def setUpModule():
    warnings.simplefilter("ignore", ResourceWarning)
    global cloud, functions, role
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    functions = cloud.client("lambda")
    role = make_role(cloud)
    make_native(cloud, role, "worker", "def handle(event, context): return event")


def queue(name):
    return f"arn:aws:sqs:{REGION}:{cloud.account}:{name}"


def settled(uuid):
    """Its state once it is not in transition."""
    for _ in range(200):
        state = functions.get_event_source_mapping(UUID=uuid)["State"]
        if not state.endswith("ing"):
            return state
        time.sleep(0.05)
    raise AssertionError("still " + state)


class EventSourceMappings(unittest.TestCase):
    def assert_error(self, code, run, **arguments):
        with self.assertRaises(ClientError) as caught:
            run(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_queues_goes_through_its_states(self):
        made = functions.create_event_source_mapping(EventSourceArn=queue("orders"), FunctionName="worker", BatchSize=3)
        uuid = made["UUID"]
        self.assertEqual(made["ResponseMetadata"]["HTTPStatusCode"], 202)
        self.assertEqual((made["State"], made["BatchSize"], made["EventSourceArn"]), ("Creating", 3, queue("orders")))
        self.assertEqual(made["FunctionArn"], f"arn:aws:lambda:{REGION}:{cloud.account}:function:worker")
        self.assert_error("ResourceInUseException", functions.update_event_source_mapping, UUID=uuid, Enabled=False)
        self.assertEqual(settled(uuid), "Enabled")
        self.assertEqual(functions.update_event_source_mapping(UUID=uuid, Enabled=False)["State"], "Disabling")
        self.assertEqual(settled(uuid), "Disabled")
        self.assertEqual(functions.update_event_source_mapping(UUID=uuid, BatchSize=7)["State"], "Updating")
        self.assertEqual(settled(uuid), "Disabled")  # what does not say Enabled keeps it
        self.assertEqual(functions.update_event_source_mapping(UUID=uuid, Enabled=True)["State"], "Enabling")
        self.assertEqual(settled(uuid), "Enabled")
        self.assertEqual(functions.get_event_source_mapping(UUID=uuid)["BatchSize"], 7)
        self.assertEqual(functions.delete_event_source_mapping(UUID=uuid)["State"], "Deleting")
        with self.assertRaises(functions.exceptions.ResourceNotFoundException):
            while True:
                functions.get_event_source_mapping(UUID=uuid)
                time.sleep(0.05)
        self.assertNotIn(uuid, [one["UUID"] for one in functions.list_event_source_mappings()["EventSourceMappings"]])

    def test_a_streams_needs_its_starting_position_and_has_a_streams_defaults(self):
        stream = f"arn:aws:dynamodb:{REGION}:{cloud.account}:table/t/stream/2026-01-01T00:00:00.000"
        self.assert_error("InvalidParameterValueException", functions.create_event_source_mapping,
                          EventSourceArn=stream, FunctionName="worker")
        made = functions.create_event_source_mapping(EventSourceArn=stream, FunctionName="worker", StartingPosition="LATEST", Enabled=False)
        self.assertEqual((made["BatchSize"], made["ParallelizationFactor"], made["MaximumRetryAttempts"]), (100, 1, -1))
        self.assertEqual(settled(made["UUID"]), "Disabled")

    def test_what_cannot_be_is_refused(self):
        self.assert_error("ResourceNotFoundException", functions.get_event_source_mapping, UUID="11111111-2222-3333-4444-555555555555")
        self.assert_error("ResourceNotFoundException", functions.create_event_source_mapping,
                          EventSourceArn=queue("x"), FunctionName="nobody")
        functions.create_event_source_mapping(EventSourceArn=queue("double"), FunctionName="worker")
        self.assert_error("ResourceConflictException", functions.create_event_source_mapping,
                          EventSourceArn=queue("double"), FunctionName="worker")

    def test_they_are_listed_by_function_by_source_and_in_pages(self):
        make_native(cloud, role, "lister", "def handle(event, context): return event")
        for name in ("a", "b", "c"):
            functions.create_event_source_mapping(EventSourceArn=queue(name), FunctionName="lister")
        pages = functions.get_paginator("list_event_source_mappings").paginate(
            FunctionName="lister", PaginationConfig={"PageSize": 2})
        sizes = [len(page["EventSourceMappings"]) for page in pages]
        self.assertEqual(sizes, [2, 1])
        found = functions.list_event_source_mappings(EventSourceArn=queue("b"))["EventSourceMappings"]
        self.assertEqual([one["EventSourceArn"] for one in found], [queue("b")])

    def test_they_outlive_a_restart(self):
        global functions
        uuid = functions.create_event_source_mapping(EventSourceArn=queue("kept"), FunctionName="worker", Enabled=False)["UUID"]
        settled(uuid)
        cloud.restart()
        functions = cloud.client("lambda")
        self.assertEqual(functions.get_event_source_mapping(UUID=uuid)["State"], "Disabled")

    def test_the_cli_pauses_and_lists(self):
        made = functions.create_event_source_mapping(EventSourceArn=queue("cli"), FunctionName="worker")
        settled(made["UUID"])

        def run(*args):
            done = subprocess.run([AWS_CLI, "--endpoint-url", cloud.endpoint, "--region", REGION, "--output", "json", "lambda", *args],
                                  env=dict(cloud.environment, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test"),
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)
        self.assertEqual(run("update-event-source-mapping", "--uuid", made["UUID"], "--no-enabled")["State"], "Disabling")
        listed = run("list-event-source-mappings", "--function-name", "worker", "--event-source-arn", queue("cli"))
        self.assertEqual([one["UUID"] for one in listed["EventSourceMappings"]], [made["UUID"]])

    def test_cloudformation_makes_changes_and_removes_one(self):
        formation = cloud.client("cloudformation")

        def outputs():
            stack = formation.describe_stacks(StackName="mapped")["Stacks"][0]
            return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        formation.create_stack(StackName="mapped", TemplateBody=TEMPLATE)
        formation.get_waiter("stack_create_complete").wait(StackName="mapped", WaiterConfig={"Delay": 1})
        uuid = outputs()["Id"]
        self.assertEqual(outputs()["Same"], uuid)
        self.assertEqual(outputs()["Arn"], f"arn:aws:lambda:{REGION}:{cloud.account}:event-source-mapping:{uuid}")
        self.assertEqual(functions.get_event_source_mapping(UUID=uuid)["State"], "Enabled")
        formation.update_stack(StackName="mapped", UsePreviousTemplate=True, Parameters=[
            {"ParameterKey": "Batch", "ParameterValue": "9"}, {"ParameterKey": "Enabled", "ParameterValue": "false"}])
        formation.get_waiter("stack_update_complete").wait(StackName="mapped", WaiterConfig={"Delay": 1})
        self.assertEqual(outputs()["Id"], uuid)
        mapping = functions.get_event_source_mapping(UUID=uuid)
        self.assertEqual((mapping["State"], mapping["BatchSize"]), ("Disabled", 9))
        formation.delete_stack(StackName="mapped")
        formation.get_waiter("stack_delete_complete").wait(StackName="mapped", WaiterConfig={"Delay": 1})
        self.assert_error("ResourceNotFoundException", functions.get_event_source_mapping, UUID=uuid)


if __name__ == "__main__":
    unittest.main()
