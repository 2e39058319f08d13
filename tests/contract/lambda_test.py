"""Lambda of the embedded AWS, driven by boto3 and the AWS CLI."""

import base64
import concurrent.futures
import hashlib
import io
import json
import pathlib
import sys
import time
import unittest
import urllib.request
import warnings
import zipfile

from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import REGION, Cloud  # noqa: E402
from functions import make_native, make_node, make_role, native, zipped  # noqa: E402

ECHO = """
import os, time
count = 0
def handle(event, context):
    global count
    count += 1
    if isinstance(event, dict) and "sleep" in event: time.sleep(event["sleep"])
    if isinstance(event, dict) and "fail" in event: raise ValueError(event["fail"])
    if isinstance(event, dict) and "exit" in event: os._exit(event["exit"])
    if isinstance(event, dict) and "print" in event: print(event["print"])
    if isinstance(event, dict) and "size" in event: return "x" * event["size"]
    return {"event": event, "pid": os.getpid(), "count": count, "environment": dict(os.environ),
            "context": dict(context)}
"""


def setUpModule():
    global cloud, functions, role
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    functions = cloud.client("lambda")
    role = make_role(cloud)


def invoke(name, event=None, client=None, **options):
    answer = (client or functions).invoke(FunctionName=name, Payload=json.dumps(event if event is not None else {}), **options)
    body = answer["Payload"].read()
    answer["Body"] = json.loads(body) if body else None
    return answer


class LambdaTest(unittest.TestCase):
    def assert_error(self, code, run, **arguments):
        with self.assertRaises(ClientError) as caught:
            run(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response


class Execution(LambdaTest):
    @classmethod
    def setUpClass(cls):
        cls.arn = make_native(cloud, role, "echo", ECHO, Environment={"Variables": {"COLOR": "green"}}, Timeout=2)

    def test_the_event_reaches_the_function_and_its_answer_comes_back(self):
        answer = invoke("echo", {"a": [1, "ü"]})
        self.assertEqual(answer["StatusCode"], 200)
        self.assertEqual(answer["ExecutedVersion"], "$LATEST")
        self.assertNotIn("FunctionError", answer)
        self.assertEqual(answer["Body"]["event"], {"a": [1, "ü"]})

    def test_a_function_answers_to_its_name_its_arn_and_what_lies_between(self):
        for name in ["echo", self.arn, f"{cloud.account}:function:echo", "function:echo", self.arn + ":$LATEST"]:
            self.assertEqual(invoke(name, 7)["Body"]["event"], 7, name)
        self.assert_error("ResourceNotFoundException", functions.invoke, FunctionName="nobody")
        self.assert_error("ResourceNotFoundException", functions.invoke, FunctionName="echo", Qualifier="7")

    def test_the_environment_is_lambdas(self):
        variables = invoke("echo")["Body"]["environment"]
        expected = {"COLOR": "green", "AWS_LAMBDA_FUNCTION_NAME": "echo", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/echo",
                    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
                    "TZ": ":UTC", "AWS_ENDPOINT_URL": cloud.endpoint}
        self.assertEqual({name: variables.get(name) for name in expected}, expected)
        self.assertRegex(variables["AWS_LAMBDA_LOG_STREAM_NAME"], r"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$")

    def test_its_credentials_are_a_session_of_its_role(self):
        variables = invoke("echo")["Body"]["environment"]
        sts = cloud.client("sts", key=variables["AWS_ACCESS_KEY_ID"], secret=variables["AWS_SECRET_ACCESS_KEY"],
                           token=variables["AWS_SESSION_TOKEN"])
        self.assertEqual(sts.get_caller_identity()["Arn"],
                         f"arn:aws:sts::{cloud.account}:assumed-role/function-role/echo")

    def test_the_runtime_is_told_id_deadline_arn_and_trace(self):
        answer = invoke("echo")
        context = {name.lower(): value for name, value in answer["Body"]["context"].items()}
        self.assertEqual(context["lambda-runtime-aws-request-id"],
                         answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"])
        self.assertEqual(context["lambda-runtime-invoked-function-arn"], self.arn)
        left = int(context["lambda-runtime-deadline-ms"]) / 1000 - time.time()
        self.assertTrue(0 < left <= 2, left)
        self.assertRegex(context["lambda-runtime-trace-id"], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0")

    def test_a_warm_environment_is_used_again(self):
        first, second = invoke("echo")["Body"], invoke("echo")["Body"]
        self.assertEqual(first["pid"], second["pid"])
        self.assertEqual(first["count"] + 1, second["count"])

    def test_concurrent_calls_have_an_environment_each(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clients = [cloud.client("lambda") for _ in range(4)]
            bodies = [a["Body"] for a in pool.map(lambda c: invoke("echo", {"sleep": 0.5}, c), clients)]
        self.assertEqual(len({body["pid"] for body in bodies}), 4)

    def test_an_error_of_the_function_is_an_answer_with_a_mark(self):
        answer = invoke("echo", {"fail": "no luck"})
        self.assertEqual((answer["StatusCode"], answer["FunctionError"]), (200, "Unhandled"))
        self.assertEqual(answer["Body"], {"errorType": "ValueError", "errorMessage": "no luck", "stackTrace": []})

    def test_a_timeout_and_an_exit_have_lambdas_words(self):
        answer = invoke("echo", {"sleep": 5})
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertEqual(answer["Body"], {"errorType": "Sandbox.Timedout", "errorMessage":
                                          f"RequestId: {request_id} Error: Task timed out after 2.00 seconds"})
        answer = invoke("echo", {"exit": 3})
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        self.assertEqual(answer["Body"], {"errorType": "Runtime.ExitError", "errorMessage":
                                          f"RequestId: {request_id} Error: Runtime exited with error: exit status 3"})
        self.assertEqual(invoke("echo", 1)["Body"]["event"], 1)

    def test_init_does_not_count_against_the_timeout(self):
        make_native(cloud, role, "slow-init", "import time\ntime.sleep(1.5)\ndef handle(event, context): return 1", Timeout=1)
        self.assertEqual(invoke("slow-init")["Body"], 1)

    def test_the_log_tail_comes_with_the_answer(self):
        answer = invoke("echo", {"print": "hello log"}, LogType="Tail")
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        log = base64.b64decode(answer["LogResult"]).decode()
        self.assertRegex(log, rf"(?s)^START RequestId: {request_id} Version: \$LATEST\nhello log\n"
                              rf"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: [\d.]+ ms\t"
                              r"Billed Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t")
        long = invoke("echo", {"print": "y" * 10_000}, LogType="Tail")
        self.assertEqual(len(base64.b64decode(long["LogResult"])), 4096)

    def test_what_a_function_prints_is_in_its_log_group(self):
        invoke("echo", {"print": "for the record"})
        logs = cloud.client("logs")
        for _ in range(50):
            try:
                events = logs.filter_log_events(logGroupName="/aws/lambda/echo")["events"]
            except ClientError:
                events = []
            messages = [event["message"] for event in events]
            if any("for the record" in message for message in messages):
                break
            time.sleep(0.1)
        self.assertTrue(any("for the record" in message for message in messages))
        self.assertTrue(any(message.startswith("REPORT RequestId: ") for message in messages))

    def test_sizes_end_where_lambdas_do(self):
        largest = 6_291_456
        self.assertEqual(len(invoke("echo", {"size": 6_291_554})["Body"]), 6_291_554)
        over = invoke("echo", {"size": 6_291_555})
        self.assertEqual(over["Body"]["errorType"], "Function.ResponseSizeTooLarge")
        answer = functions.invoke(FunctionName="echo", Payload=b'"' + b"x" * (largest - 2) + b'"')
        self.assertIn("FunctionError", answer)  # the echo of it is too large to come back
        error = self.assert_error("RequestEntityTooLargeException", functions.invoke, FunctionName="echo",
                                  Payload=b'"' + b"x" * (largest - 1) + b'"')
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 413)
        self.assert_error("RequestEntityTooLargeException", functions.invoke, FunctionName="echo",
                          InvocationType="Event", Payload=b'"' + b"x" * 1_048_576 + b'"')

    def test_a_payload_must_be_json_and_none_is_an_empty_object(self):
        self.assert_error("InvalidRequestContentException", functions.invoke, FunctionName="echo", Payload=b"{oops")
        answer = functions.invoke(FunctionName="echo")
        self.assertEqual(json.loads(answer["Payload"].read())["event"], {})

    def test_the_client_context_is_passed_on(self):
        context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
        answer = invoke("echo", ClientContext=context)
        headers = {name.lower(): value for name, value in answer["Body"]["context"].items()}
        self.assertEqual(json.loads(headers["lambda-runtime-client-context"]), {"custom": {"a": "b"}})

    def test_a_dry_run_runs_nothing(self):
        self.assertEqual(functions.invoke(FunctionName="echo", InvocationType="DryRun")["StatusCode"], 204)

    def test_reserved_concurrency_throttles(self):
        make_native(cloud, role, "narrow", ECHO)
        functions.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=0)
        error = self.assert_error("TooManyRequestsException", functions.invoke, FunctionName="narrow")
        self.assertEqual(error["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded")
        self.assertEqual(functions.get_function(FunctionName="narrow")["Concurrency"],
                         {"ReservedConcurrentExecutions": 0})
        functions.delete_function_concurrency(FunctionName="narrow")
        self.assertEqual(invoke("narrow", 3)["Body"]["event"], 3)

    def test_an_event_is_accepted_and_runs_later(self):
        answer = functions.invoke(FunctionName="echo", InvocationType="Event", Payload=b'{"print": "event ran"}')
        self.assertEqual((answer["StatusCode"], answer["Payload"].read()), (202, b""))
        logs = cloud.client("logs")
        for _ in range(50):
            events = logs.filter_log_events(logGroupName="/aws/lambda/echo", filterPattern="")["events"]
            if any("event ran" in event["message"] for event in events):
                return
            time.sleep(0.1)
        self.fail("the event never ran")

    def test_new_code_and_new_variables_are_used_at_once(self):
        make_native(cloud, role, "changing", "def handle(event, context): return 1")
        self.assertEqual(invoke("changing")["Body"], 1)
        functions.update_function_code(FunctionName="changing", ZipFile=native("def handle(event, context): return 2"))
        functions.get_waiter("function_updated_v2").wait(FunctionName="changing")
        self.assertEqual(invoke("changing")["Body"], 2)
        functions.update_function_code(FunctionName="changing", ZipFile=native(
            "import os\ndef handle(event, context): return os.environ.get('NEW')"))
        functions.update_function_configuration(FunctionName="changing", Environment={"Variables": {"NEW": "yes"}})
        self.assertEqual(invoke("changing")["Body"], "yes")

    def test_node_functions_run(self):
        make_node(cloud, role, "node", "exports.handler = async (event, context) => "
                  "({event, name: context.functionName, id: context.awsRequestId})")
        answer = invoke("node", {"a": 1})
        self.assertEqual(answer["Body"], {"event": {"a": 1}, "name": "node",
                                          "id": answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]})
        make_node(cloud, role, "module", "export const handler = async () => undefined", file="index.mjs")
        self.assertEqual(functions.invoke(FunctionName="module")["Payload"].read(), b"null")

    def test_the_aws_cli_invokes(self):
        out = cloud.state / "out.json"
        cloud.aws("lambda", "invoke", "--function-name", "echo", "--payload", base64.b64encode(b'{"from": "cli"}').decode(), str(out))
        self.assertEqual(json.loads(out.read_text())["event"], {"from": "cli"})


class Management(LambdaTest):
    def create(self, name, **changes):
        settings = dict(FunctionName=name, Runtime="provided.al2023", Handler="h", Role=role,
                        Code={"ZipFile": native("def handle(event, context): return 1")})
        settings.update(changes)
        return functions.create_function(**settings)

    def test_a_new_function_is_described_as_on_aws(self):
        package = native("def handle(event, context): return 5")
        made = self.create("described", Code={"ZipFile": package}, Tags={"team": "a"}, MemorySize=256)
        self.assertEqual(made["CodeSha256"], base64.b64encode(hashlib.sha256(package).digest()).decode())
        self.assertEqual(made["CodeSize"], len(package))
        self.assertEqual((made["State"], made["LastUpdateStatus"], made["Version"]), ("Active", "Successful", "$LATEST"))
        self.assertEqual(made["FunctionArn"], f"arn:aws:lambda:{REGION}:{cloud.account}:function:described")
        got = functions.get_function(FunctionName="described")
        self.assertEqual(got["Tags"], {"team": "a"})
        self.assertEqual(got["Configuration"]["MemorySize"], 256)
        with urllib.request.urlopen(got["Code"]["Location"]) as answer:
            self.assertEqual(answer.read(), package)
        self.assertIn("described", [f["FunctionName"] for f in functions.list_functions()["Functions"]])
        self.assert_error("ResourceConflictException", self.create, name="described")
        functions.delete_function(FunctionName="described")
        self.assert_error("ResourceNotFoundException", functions.get_function, FunctionName="described")
        self.assert_error("ResourceNotFoundException", functions.delete_function, FunctionName="described")

    def test_what_has_no_effect_here_is_kept_and_shown(self):
        kept = dict(DeadLetterConfig={"TargetArn": "arn:aws:sqs:eu-west-1:000000000000:q"},
                    KMSKeyArn=f"arn:aws:kms:{REGION}:000000000000:key/one",
                    FileSystemConfigs=[{"Arn": "arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0",
                                        "LocalMountPath": "/mnt/files"}])
        self.create(name="kept", **kept)
        got = functions.get_function_configuration(FunctionName="kept")
        for member, value in kept.items():
            self.assertEqual(got[member], value)
        functions.delete_function(FunctionName="kept")

    def test_a_container_image_is_kept_and_its_call_says_that_it_does_not_run(self):
        uri = f"{cloud.account}.dkr.ecr.{REGION}.amazonaws.com/images:one"
        functions.create_function(FunctionName="image", PackageType="Image", Code={"ImageUri": uri}, Role=role)
        got = functions.get_function(FunctionName="image")
        self.assertEqual((got["Code"]["ImageUri"], got["Configuration"]["PackageType"]), (uri, "Image"))
        error = self.assert_error("InvalidRuntimeException", functions.invoke, FunctionName="image")
        self.assertIn("container image", error["Error"]["Message"])
        self.assert_error("InvalidRuntimeException", functions.invoke, FunctionName="image", InvocationType="Event")
        functions.update_function_code(FunctionName="image", ImageUri=uri.replace("one", "two"))
        self.assertTrue(functions.get_function(FunctionName="image")["Code"]["ImageUri"].endswith(":two"))
        functions.delete_function(FunctionName="image")

    def test_what_is_wrong_or_not_supported_is_refused_by_name(self):
        refused = [dict(Environment={"Variables": {"AWS_REGION": "x"}}), dict(Environment={"Variables": {"A": "x" * 4096}}),
                   dict(Code={"ImageUri": "x"}), dict(Runtime="cobol"), dict(Code={"ZipFile": b"no zip"}),
                   dict(Role=f"arn:aws:iam::{cloud.account}:role/nobody")]
        for changes in refused:
            error = self.assert_error("InvalidParameterValueException", self.create, name="refused", **changes)
            self.assertTrue(error["Error"]["Message"], changes)
        self.assert_error("ResourceNotFoundException", functions.get_function, FunctionName="refused")
        self.assert_error("ValidationException", self.create, name="refused", Timeout=901)

    def test_a_package_cannot_leave_its_folder(self):
        for path in ["../evil", "/tmp/evil", "a/../../evil"]:
            self.assert_error("InvalidParameterValueException", self.create, name="evil", Code={"ZipFile": zipped({path: "x"})})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            link = zipfile.ZipInfo("link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc")
            archive.writestr("link/passwd", "x")
        self.assert_error("InvalidParameterValueException", self.create, name="evil", Code={"ZipFile": packed.getvalue()})

    def test_a_zip_bomb_is_refused(self):
        bomb = zipped({"zeros": b"\0" * 300_000_000})
        self.assertLess(len(bomb), 1_000_000)
        error = self.assert_error("InvalidParameterValueException", self.create, name="bomb", Code={"ZipFile": bomb})
        self.assertIn("262144000", error["Error"]["Message"])

    def test_code_comes_from_s3(self):
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="code", Key="f.zip", Body=native("def handle(event, context): return 'from s3'"))
        self.create("from-s3", Code={"S3Bucket": "code", "S3Key": "f.zip"})
        self.assertEqual(invoke("from-s3")["Body"], "from s3")
        error = self.assert_error("InvalidParameterValueException", self.create, name="from-nowhere",
                                  Code={"S3Bucket": "code", "S3Key": "none.zip"})
        self.assertIn("NoSuchKey", error["Error"]["Message"])

    def test_versions_are_made_only_of_changes_and_aliases_follow(self):
        self.create("versioned")
        first = functions.publish_version(FunctionName="versioned")
        again = functions.publish_version(FunctionName="versioned")
        self.assertEqual((first["Version"], again["Version"]), ("1", "1"))
        self.assertTrue(first["FunctionArn"].endswith(":versioned:1"))
        functions.update_function_code(FunctionName="versioned", ZipFile=native("def handle(event, context): return 2"))
        self.assertEqual(functions.publish_version(FunctionName="versioned")["Version"], "2")
        alias = functions.create_alias(FunctionName="versioned", Name="live", FunctionVersion="1")
        self.assertTrue(alias["AliasArn"].endswith(":versioned:live"))
        answer = invoke("versioned", Qualifier="live")
        self.assertEqual((answer["Body"], answer["ExecutedVersion"]), (1, "1"))
        functions.update_alias(FunctionName="versioned", Name="live", FunctionVersion="2")
        answer = invoke(alias["AliasArn"])
        self.assertEqual((answer["Body"], answer["ExecutedVersion"]), (2, "2"))
        self.assertEqual([v["Version"] for v in functions.list_versions_by_function(FunctionName="versioned")["Versions"]],
                         ["$LATEST", "1", "2"])
        self.assert_error("ResourceConflictException", functions.delete_function, FunctionName="versioned", Qualifier="2")
        self.assert_error("InvalidParameterValueException", functions.publish_version, FunctionName="versioned",
                          CodeSha256="wrong")
        functions.delete_alias(FunctionName="versioned", Name="live")
        self.assert_error("ResourceNotFoundException", functions.get_alias, FunctionName="versioned", Name="live")
        functions.delete_function(FunctionName="versioned", Qualifier="2")
        self.assert_error("ResourceNotFoundException", functions.invoke, FunctionName="versioned", Qualifier="2")

    def test_permissions_make_a_policy(self):
        self.create("permitted")
        functions.add_permission(FunctionName="permitted", StatementId="sns", Action="lambda:InvokeFunction",
                                 Principal="sns.amazonaws.com", SourceArn="arn:aws:sns:eu-west-1:000000000000:t")
        self.assert_error("ResourceConflictException", functions.add_permission, FunctionName="permitted", StatementId="sns",
                          Action="lambda:InvokeFunction", Principal="sns.amazonaws.com")
        policy = json.loads(functions.get_policy(FunctionName="permitted")["Policy"])
        self.assertEqual(policy["Statement"], [{
            "Sid": "sns", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": f"arn:aws:lambda:{REGION}:{cloud.account}:function:permitted",
            "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:eu-west-1:000000000000:t"}}}])
        functions.remove_permission(FunctionName="permitted", StatementId="sns")
        self.assert_error("ResourceNotFoundException", functions.get_policy, FunctionName="permitted")

    def test_settings_are_kept(self):
        self.create("settings")
        config = functions.put_function_event_invoke_config(FunctionName="settings", MaximumRetryAttempts=0)
        self.assertEqual(config["MaximumRetryAttempts"], 0)
        self.assertEqual(functions.get_function_event_invoke_config(FunctionName="settings")["MaximumRetryAttempts"], 0)
        latest = functions.get_function_event_invoke_config(FunctionName="settings", Qualifier="$LATEST")
        self.assertEqual(latest["MaximumRetryAttempts"], 0)  # none is $LATEST
        self.assert_error("InvalidParameterValueException", functions.put_function_event_invoke_config,
                          FunctionName="settings", DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:x:1:q"}})
        functions.delete_function_event_invoke_config(FunctionName="settings")
        self.assert_error("ResourceNotFoundException", functions.get_function_event_invoke_config, FunctionName="settings")
        arn = f"arn:aws:lambda:{REGION}:{cloud.account}:function:settings"
        functions.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
        functions.untag_resource(Resource=arn, TagKeys=["a"])
        self.assertEqual(functions.list_tags(Resource=arn)["Tags"], {"b": "2"})
        self.assertEqual(functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"], 1000)

    def test_a_layer_is_on_nodes_path(self):
        layer = functions.publish_layer_version(LayerName="greeter", Content={"ZipFile": zipped(
            {"nodejs/node_modules/greeter/index.js": "module.exports = 'hello from a layer'"})})
        make_node(cloud, role, "layered", "exports.handler = async () => require('greeter')",
                  Layers=[layer["LayerVersionArn"]])
        self.assertEqual(invoke("layered")["Body"], "hello from a layer")
        self.assertEqual(functions.list_layers()["Layers"][0]["LayerName"], "greeter")
        functions.delete_layer_version(LayerName="greeter", VersionNumber=1)
        self.assert_error("ResourceNotFoundException", functions.get_layer_version, LayerName="greeter", VersionNumber=1)
        self.assert_error("InvalidParameterValueException", self.create, name="unlayered", Layers=[layer["LayerVersionArn"]])

    def test_a_function_url_serves_format_2(self):
        make_native(cloud, role, "web", "def handle(event, context): return event")
        url = functions.create_function_url_config(FunctionName="web", AuthType="NONE")["FunctionUrl"]
        functions.add_permission(FunctionName="web", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*",
                                 FunctionUrlAuthType="NONE")
        self.assertRegex(url, rf"^https://[a-z0-9]{{32}}\.lambda-url\.{REGION}\.on\.aws/$")
        request = urllib.request.Request(cloud.endpoint + "/a%20b?x=1&x=2&y=", headers={"Host": url.split("/")[2]})
        with urllib.request.urlopen(request) as answer:
            event = json.loads(answer.read())
        self.assertEqual((event["version"], event["routeKey"], event["rawPath"]), ("2.0", "$default", "/a b"))
        self.assertEqual(event["rawQueryString"], "x=1&x=2&y=")
        self.assertEqual(event["queryStringParameters"], {"x": "1,2", "y": ""})
        self.assertEqual(event["requestContext"]["accountId"], "anonymous")
        functions.delete_function_url_config(FunctionName="web")
        self.assert_error("ResourceNotFoundException", functions.get_function_url_config, FunctionName="web")

    def test_functions_outlive_a_restart(self):
        self.create("lasting")
        functions.publish_version(FunctionName="lasting")
        functions.create_alias(FunctionName="lasting", Name="live", FunctionVersion="1")
        cloud.restart()
        again = cloud.client("lambda")
        globals()["functions"] = again
        self.assertEqual(invoke("lasting", client=again, Qualifier="live")["Body"], 1)


if __name__ == "__main__":
    unittest.main()
