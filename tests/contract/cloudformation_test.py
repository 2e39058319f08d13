"""CloudFormation through clients we did not write: boto3 and Debian's AWS CLI. All of it would hold on AWS too."""

import json
import pathlib
import subprocess
import sys
import unittest
import warnings

from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import AWS_CLI, REGION, ROOT, Cloud  # noqa: E402

TEMPLATE = """
Parameters:
  Text: {Type: String, Default: one}
Conditions:
  Versioned: !Equals [!Ref Text, two]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: !If [Versioned, {Status: Enabled}, !Ref 'AWS::NoValue']
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub '${Text}:${Table}:${Bucket.Arn}'}
Outputs:
  Bucket: {Value: !Ref Bucket}
  Table: {Value: !GetAtt Table.Arn, Export: {Name: !Sub '${AWS::StackName}-table'}}
  Parameter: {Value: !Ref Parameter}
"""


def setUpModule():
    global cloud, cfn, s3
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    cfn, s3 = cloud.client("cloudformation"), cloud.client("s3")


def wait(name, stack):
    cfn.get_waiter(name).wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def text_parameter(value):
    return [{"ParameterKey": "Text", "ParameterValue": value}]


class Stacks(unittest.TestCase):
    def create(self, **more):
        name = self.id().rsplit(".", 1)[1].replace("_", "-")
        made = cfn.create_stack(StackName=name, TemplateBody=TEMPLATE, **more)["StackId"]
        wait("stack_create_complete", name)
        return name, made

    def outputs(self, name):
        return {o["OutputKey"]: o["OutputValue"] for o in cfn.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]}

    def fails(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]

    def test_a_stack_is_made_changed_and_removed(self):
        name, arn = self.create(Tags=[{"Key": "stage", "Value": "x"}])
        outputs = self.outputs(name)
        self.assertRegex(outputs["Bucket"], rf"^{name.lower()[:20]}.*-bucket-[a-z0-9]{{12}}$")
        self.assertEqual([{"Key": "stage", "Value": "x"}], s3.get_bucket_tagging(Bucket=outputs["Bucket"])["TagSet"])
        ssm = cloud.client("ssm")
        value = ssm.get_parameter(Name=outputs["Parameter"])["Parameter"]["Value"]
        self.assertEqual(f"one:{outputs['Table'].split('/')[1]}:arn:aws:s3:::{outputs['Bucket']}", value)
        cfn.update_stack(StackName=name, UsePreviousTemplate=True, Parameters=text_parameter("two"))
        wait("stack_update_complete", name)
        self.assertEqual("Enabled", s3.get_bucket_versioning(Bucket=outputs["Bucket"])["Status"])
        self.assertEqual(outputs, self.outputs(name))
        cfn.delete_stack(StackName=name)
        wait("stack_delete_complete", arn)
        self.assertEqual("DELETE_COMPLETE", cfn.describe_stacks(StackName=arn)["Stacks"][0]["StackStatus"])
        self.assertEqual({"Type": "Sender", "Code": "ValidationError", "Message": f"Stack with id {name} does not exist"},
                         self.fails(cfn.describe_stacks, StackName=name))
        self.assertNotIn(outputs["Bucket"], [b["Name"] for b in s3.list_buckets()["Buckets"]])

    def test_a_change_set_is_shown_then_executed(self):
        name = "by-change-set"
        cfn.create_change_set(StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=TEMPLATE)
        cfn.get_waiter("change_set_create_complete").wait(StackName=name, ChangeSetName="first",
                                                          WaiterConfig={"Delay": 1})
        self.assertEqual("REVIEW_IN_PROGRESS", cfn.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        shown = cfn.describe_change_set(StackName=name, ChangeSetName="first")
        self.assertEqual({("Add", "Bucket"), ("Add", "Table"), ("Add", "Parameter")},
                         {(c["ResourceChange"]["Action"], c["ResourceChange"]["LogicalResourceId"])
                          for c in shown["Changes"]})
        cfn.execute_change_set(StackName=name, ChangeSetName="first")
        wait("stack_create_complete", name)
        cfn.create_change_set(StackName=name, ChangeSetName="none", UsePreviousTemplate=True)
        shown = cfn.describe_change_set(StackName=name, ChangeSetName="none")
        self.assertEqual(("FAILED", "UNAVAILABLE"), (shown["Status"], shown["ExecutionStatus"]))
        self.assertTrue(shown["StatusReason"].startswith("The submitted information didn't contain changes."))
        self.assertEqual("InvalidChangeSetStatus",
                         self.fails(cfn.execute_change_set, StackName=name, ChangeSetName="none")["Code"])
        cfn.delete_change_set(StackName=name, ChangeSetName="none")
        self.assertEqual("ChangeSetNotFound",
                         self.fails(cfn.describe_change_set, StackName=name, ChangeSetName="none")["Code"])

    def test_an_update_without_changes_is_refused(self):
        name, _ = self.create()
        error = self.fails(cfn.update_stack, StackName=name, UsePreviousTemplate=True)
        self.assertEqual(("ValidationError", "No updates are to be performed."), (error["Code"], error["Message"]))

    def test_a_failed_creation_leaves_nothing(self):
        taken = "taken-" + cloud.account
        s3.create_bucket(Bucket=taken, CreateBucketConfiguration={"LocationConstraint": REGION})
        text = f"Resources: {{A: {{Type: AWS::SNS::Topic}}, B: {{Type: AWS::S3::Bucket, DependsOn: A, Properties: {{BucketName: {taken}}}}}}}"
        arn = cfn.create_stack(StackName="broken", TemplateBody=text)["StackId"]
        with self.assertRaises(Exception):
            wait("stack_create_complete", "broken")
        self.assertEqual("ROLLBACK_COMPLETE", cfn.describe_stacks(StackName=arn)["Stacks"][0]["StackStatus"])
        self.assertEqual([], cloud.client("sns").list_topics()["Topics"])
        s3.head_bucket(Bucket=taken)  # not ours: it stays
        events = cfn.describe_stack_events(StackName=arn)["StackEvents"]
        self.assertIn(("B", "CREATE_FAILED"), [(e["LogicalResourceId"], e["ResourceStatus"]) for e in events])

    def test_a_template_in_s3_is_read(self):
        s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="templates", Key="a b.yaml", Body=TEMPLATE)
        url = f"{cloud.endpoint}/templates/a%20b.yaml"
        self.assertEqual("Text", cfn.get_template_summary(TemplateURL=url)["Parameters"][0]["ParameterKey"])
        cfn.create_stack(StackName="from-s3", TemplateURL=url, Parameters=text_parameter("two"))
        wait("stack_create_complete", "from-s3")
        self.assertEqual(TEMPLATE, cfn.get_template(StackName="from-s3")["TemplateBody"])
        self.assertEqual(3, len(cfn.list_stack_resources(StackName="from-s3")["StackResourceSummaries"]))
        self.assertIn("from-s3-table", [e["Name"] for e in cfn.list_exports()["Exports"]])

    def drift(self, stack):
        found = cfn.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
        status = cfn.describe_stack_drift_detection_status(StackDriftDetectionId=found)
        self.assertEqual(status["DetectionStatus"], "DETECTION_COMPLETE")
        drifts = cfn.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
        return status, {each["LogicalResourceId"]: each for each in drifts}

    def test_the_drift_of_a_debug_stack_is_detected(self):
        template = json.loads((ROOT / "host/test/debug-stack.template.json").read_text())
        for section in ("Parameters", "Rules"):
            template.pop(section, None)
        cfn.create_stack(StackName="drifting", TemplateBody=json.dumps(template))
        wait("stack_create_complete", "drifting")
        status, drifts = self.drift("drifting")
        self.assertEqual((status["StackDriftStatus"], status["DriftedStackResourceCount"]), ("IN_SYNC", 0))
        self.assertEqual({each["StackResourceDriftStatus"] for each in drifts.values()}, {"IN_SYNC"})

        ids = {name: each["PhysicalResourceId"] for name, each in drifts.items()}
        gateway = cloud.client("apigatewayv2")
        gateway.delete_route(ApiId=ids["Api"], RouteId=ids["Hello"])
        gateway.update_route(ApiId=ids["Api"], RouteId=ids["Connect"], AuthorizationType="NONE")
        s3.put_public_access_block(Bucket=ids["Payloads"], PublicAccessBlockConfiguration=dict(
            BlockPublicAcls=False, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True))
        s3.delete_bucket_policy(Bucket=ids["Payloads"])
        status, drifts = self.drift("drifting")
        self.assertEqual(status["StackDriftStatus"], "DRIFTED")
        states = {name: each["StackResourceDriftStatus"] for name, each in drifts.items()}
        drifted = {name: state for name, state in states.items() if state != "IN_SYNC"}
        self.assertEqual(drifted, {"Connect": "MODIFIED", "Hello": "DELETED", "HelloResponse": "DELETED",
                                   "Payloads": "MODIFIED", "PayloadsPolicy": "DELETED"})
        self.assertEqual(status["DriftedStackResourceCount"], len(drifted))
        self.assertEqual(drifts["Connect"]["PropertyDifferences"], [
            {"PropertyPath": "/AuthorizationType", "ExpectedValue": "AWS_IAM", "ActualValue": "NONE",
             "DifferenceType": "NOT_EQUAL"}])
        self.assertEqual([each["PropertyPath"] for each in drifts["Payloads"]["PropertyDifferences"]],
                         ["/PublicAccessBlockConfiguration/BlockPublicAcls"])
        only = cfn.describe_stack_resource_drifts(StackName="drifting", StackResourceDriftStatusFilters=["MODIFIED"])
        self.assertEqual(len(only["StackResourceDrifts"]), 2)

    def test_the_cli_deploys_and_the_state_survives_a_restart(self):
        path = pathlib.Path(cloud.state) / "template.yaml"
        path.write_text(TEMPLATE)
        done = subprocess.run([AWS_CLI, "--endpoint-url", cloud.endpoint, "--region", REGION, "cloudformation", "deploy",
                               "--stack-name", "by-cli", "--template-file", str(path), "--parameter-overrides", "Text=x"],
                              env={"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "PATH": "/usr/bin:/bin"},
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stderr)
        before = self.outputs("by-cli")
        cloud.restart()
        global cfn, s3
        cfn, s3 = cloud.client("cloudformation"), cloud.client("s3")
        self.assertEqual(before, self.outputs("by-cli"))


if __name__ == "__main__":
    unittest.main()
