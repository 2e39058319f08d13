"""Who may do what in the embedded AWS: roles, users, boundaries, session, trust and resource policies, by boto3."""

import contextlib
import json
import pathlib
import sys
import unittest
import urllib.error
import urllib.request
import warnings

from botocore.exceptions import ClientError, WaiterError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import REGION, Cloud  # noqa: E402
from functions import make_native, make_role  # noqa: E402

ACCOUNT = "000000000000"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}]}
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/relay"


def allow(actions, resources="*", effect="Allow", **more):
    return dict({"Effect": effect, "Action": actions, "Resource": resources}, **more)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def setUpModule():
    global cloud
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)


class AuthorizationTest(unittest.TestCase):
    def setUp(self):
        self.iam = cloud.client("iam")
        self.name = self.id().split(".")[-1][-50:].replace("_", "-")

    def role(self, *statements, trust=TRUST, **options):
        role = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(trust), **options)["Role"]
        if statements:
            self.iam.put_role_policy(RoleName=self.name, PolicyName="own", PolicyDocument=document(*statements))
        return role["Arn"]

    def session(self, role, client=None, **options):
        made = (client or cloud.client("sts")).assume_role(RoleArn=role, RoleSessionName="me", **options)["Credentials"]
        return lambda service: cloud.client(service, key=made["AccessKeyId"], secret=made["SecretAccessKey"],
                                            token=made["SessionToken"])

    def user(self, *statements, **options):
        self.iam.create_user(UserName=self.name, **options)
        if statements:
            self.iam.put_user_policy(UserName=self.name, PolicyName="own", PolicyDocument=document(*statements))
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        return lambda service: cloud.client(service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    def refused(self, call, *arguments, **options):
        with self.assertRaises(ClientError) as caught:
            call(*arguments, **options)
        answer = caught.exception.response
        self.assertIn("not authorized to perform", answer["Error"]["Message"])
        return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


class Identity(AuthorizationTest):
    def test_each_protocol_refuses_in_its_own_form(self):
        client = self.session(self.role())
        who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{self.name}/me is not authorized to perform: "
        why = " because no identity-based policy allows the {0} action"

        def words(action, resource):
            return who + action + " on resource: " + resource + why.format(action)
        cases = [
            (client("dynamodb").list_tables, {}, "AccessDeniedException", 400, words("dynamodb:ListTables", "*")),
            (client("ssm").get_parameter, dict(Name="/a"), "AccessDeniedException", 400,
             words("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a")),
            (client("lambda").get_function, dict(FunctionName="f"), "AccessDeniedException", 403,
             words("lambda:GetFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")),
            (client("apigatewayv2").get_apis, {}, "AccessDeniedException", 403,
             words("apigateway:GET", f"arn:aws:apigateway:{REGION}::/apis")),
            (client("cloudformation").describe_stacks, dict(StackName="s"), "AccessDenied", 403,
             words("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/s/*")),
            (client("iam").list_roles, {}, "AccessDenied", 403, words("iam:ListRoles", f"arn:aws:iam::{ACCOUNT}:role/")),
            (client("sns").list_topics, {}, "AuthorizationError", 403, words("SNS:ListTopics", "*")),
            (client("s3").list_objects_v2, dict(Bucket="b"), "AccessDenied", 403, words("s3:ListBucket", '"arn:aws:s3:::b"')),
        ]
        for call, options, code, status, message in cases:
            self.assertEqual(self.refused(call, **options), (code, status, message))
        self.assertEqual(client("sts").get_caller_identity()["Account"], ACCOUNT)

    def test_a_change_of_policy_counts_at_once(self):
        client = self.session(self.role())("dynamodb")
        self.refused(client.list_tables)
        self.iam.put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=document(allow("dynamodb:List*")))
        client.list_tables()
        self.iam.put_role_policy(RoleName=self.name, PolicyName="q", PolicyDocument=document(allow("*", effect="Deny")))
        self.assertIn("with an explicit deny in an identity-based policy", self.refused(client.list_tables)[2])
        self.iam.delete_role_policy(RoleName=self.name, PolicyName="q")
        client.list_tables()

    def test_managed_policies_count_own_and_aws(self):
        client = self.session(self.role())("ssm")
        self.refused(client.describe_parameters)
        self.iam.attach_role_policy(RoleName=self.name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        client.describe_parameters()
        self.refused(client.put_parameter, Name="/x", Value="1", Type="String")
        own = self.iam.create_policy(PolicyName="own-ssm", PolicyDocument=document(allow("ssm:PutParameter")))["Policy"]
        self.iam.attach_role_policy(RoleName=self.name, PolicyArn=own["Arn"])
        client.put_parameter(Name="/x", Value="1", Type="String")

    def test_a_user_reaches_only_a_home_of_the_user_s_own(self):
        cloud.client("s3").create_bucket(Bucket="homes", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3 = self.user(allow("s3:*", "arn:aws:s3:::homes/${aws:username}/*"),
                       allow("s3:ListBucket", "arn:aws:s3:::homes", Condition={"StringLike": {"s3:prefix": "${aws:username}/*"}}))("s3")
        s3.put_object(Bucket="homes", Key=f"{self.name}/a", Body=b"1")
        self.assertEqual(s3.list_objects_v2(Bucket="homes", Prefix=f"{self.name}/")["KeyCount"], 1)
        self.refused(s3.put_object, Bucket="homes", Key="other/a", Body=b"1")
        self.refused(s3.list_objects_v2, Bucket="homes", Prefix="other/")
        self.refused(s3.list_objects_v2, Bucket="homes")

    def test_a_boundary_limits(self):
        boundary = self.iam.create_policy(PolicyName="bound", PolicyDocument=document(allow("ssm:*")))["Policy"]["Arn"]
        client = self.session(self.role(allow("*"), PermissionsBoundary=boundary))
        client("ssm").describe_parameters()
        self.assertIn("because no permissions boundary allows the dynamodb:ListTables action",
                      self.refused(client("dynamodb").list_tables)[2])

    def test_a_session_policy_limits(self):
        client = self.session(self.role(allow("*")), Policy=document(allow("ssm:*")))
        client("ssm").describe_parameters()
        self.assertIn("because no session policy allows", self.refused(client("dynamodb").list_tables)[2])

    def test_a_condition_on_time_and_transport_holds(self):
        client = self.session(self.role(
            allow("ssm:DescribeParameters", Condition={"Bool": {"aws:SecureTransport": "true"},
                                                       "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
                                                       "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}),
            allow("ssm:GetParameter", Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}})))("ssm")
        client.describe_parameters()
        self.refused(client.get_parameter, Name="/a")

    def test_passing_a_role_needs_its_permission(self):
        passed = make_role(cloud, "passed")
        client = self.session(self.role(allow("lambda:*")))("lambda")
        settings = dict(FunctionName="f", Runtime="provided.al2023", Handler="h", Role=passed, Code={"ZipFile": b"x"})
        self.assertIn("iam:PassRole", self.refused(client.create_function, **settings)[2])


class Trust(AuthorizationTest):
    def test_a_trusted_account_must_pass_it_on(self):
        role = self.role()
        user = self.user()("sts")
        self.refused(user.assume_role, RoleArn=role, RoleSessionName="me")
        self.iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=document(allow("sts:AssumeRole", role)))
        self.session(role, user)

    def test_a_role_that_names_the_user_needs_nothing_more(self):
        user = self.user()("sts")
        trust = json.loads(json.dumps(TRUST).replace(f'"{ACCOUNT}"', f'"arn:aws:iam::{ACCOUNT}:user/{self.name}"'))
        self.session(self.role(trust=trust), user)

    def test_what_the_role_does_not_trust_is_refused_even_to_the_account(self):
        trust = json.loads(json.dumps(TRUST).replace(f'{{"AWS": "{ACCOUNT}"}}', '{"Service": "lambda.amazonaws.com"}'))
        role = self.role(trust=trust)
        code, status, message = self.refused(cloud.client("sts").assume_role, RoleArn=role, RoleSessionName="me")
        self.assertEqual((code, status), ("AccessDenied", 403))
        self.assertTrue(message.endswith(f"sts:AssumeRole on resource: {role}"))

    def test_an_external_id_is_asked_for(self):
        trust = json.loads(json.dumps(TRUST))
        trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "secret"}}
        role = self.role(trust=trust)
        self.refused(cloud.client("sts").assume_role, RoleArn=role, RoleSessionName="me")
        self.session(role, ExternalId="secret")


class Resources(AuthorizationTest):
    def test_a_bucket_policy_lets_in_and_shuts_out(self):
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="shared", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="shared", Key="open/a", Body=b"1")
        s3.put_object(Bucket="shared", Key="shut/a", Body=b"1")
        role = self.role(allow("s3:GetObject", "arn:aws:s3:::shared/shut/*"))
        client = self.session(role)("s3")
        self.refused(client.get_object, Bucket="shared", Key="open/a")
        client.get_object(Bucket="shared", Key="shut/a")
        s3.put_bucket_policy(Bucket="shared", Policy=document(
            allow("s3:GetObject", "arn:aws:s3:::shared/open/*", Principal={"AWS": role}),
            allow("s3:*", "arn:aws:s3:::shared/shut/*", effect="Deny", Principal="*"),
            allow("s3:*", "arn:aws:s3:::shared/*", effect="Deny", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})))
        client.get_object(Bucket="shared", Key="open/a")
        self.assertIn("with an explicit deny in a resource-based policy", self.refused(client.get_object, Bucket="shared", Key="shut/a")[2])
        s3.delete_bucket_policy(Bucket="shared")
        self.refused(client.get_object, Bucket="shared", Key="open/a")

    def test_a_topic_policy_lets_in(self):
        sns = cloud.client("sns")
        topic = sns.create_topic(Name="heard")["TopicArn"]
        role = self.role()
        client = self.session(role)("sns")
        self.refused(client.publish, TopicArn=topic, Message="x")
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document(
            allow("SNS:Publish", topic, Principal={"AWS": role})))
        client.publish(TopicArn=topic, Message="x")
        self.refused(client.subscribe, TopicArn=topic, Protocol="lambda", Endpoint="arn:aws:lambda:eu-west-1:0:function:f")

    def test_an_api_calls_a_function_only_with_its_permission(self):
        function = make_native(cloud, make_role(cloud, "permitted-role"), "permitted", "def handle(event, context): return 'hi'")
        v2, functions = cloud.client("apigatewayv2"), cloud.client("lambda")
        api = v2.create_api(Name="permitted", ProtocolType="HTTP", RouteKey="GET /items/{id}", Target=function)["ApiId"]

        def get():
            try:
                return urllib.request.urlopen(f"{cloud.endpoint}/_api/{api}/items/1").status
            except urllib.error.HTTPError as error:
                return error.code
        self.assertEqual(get(), 500)
        source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:"
        grant = dict(FunctionName="permitted", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
        functions.add_permission(StatementId="other", SourceArn=source + "other/*", **grant)
        self.assertEqual(get(), 500)
        functions.add_permission(StatementId="this", SourceArn=source + api + "/*/*/items/{id}", **grant)
        self.assertEqual(get(), 200)
        functions.remove_permission(FunctionName="permitted", StatementId="this")
        self.assertEqual(get(), 500)

    def test_a_function_url_is_open_to_whom_the_function_lets_in(self):
        make_native(cloud, make_role(cloud, "url-role"), "linked", "def handle(event, context): return 'hi'")
        functions = cloud.client("lambda")
        host = functions.create_function_url_config(FunctionName="linked", AuthType="NONE")["FunctionUrl"].split("/")[2]

        def get():
            try:
                return urllib.request.urlopen(urllib.request.Request(cloud.endpoint, headers={"Host": host})).status
            except urllib.error.HTTPError as error:
                return error.code
        self.assertEqual(get(), 403)
        functions.add_permission(FunctionName="linked", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*",
                                 FunctionUrlAuthType="NONE")
        self.assertEqual(get(), 200)


class CloudFormation(AuthorizationTest):
    TEMPLATE = json.dumps({"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}}})

    def deploy(self, client, **options):
        stack = client.create_stack(StackName=self.name, TemplateBody=self.TEMPLATE, OnFailure="DO_NOTHING", **options)["StackId"]
        admin = cloud.client("cloudformation")
        with contextlib.suppress(WaiterError):  # it failed: the status says so
            admin.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        return admin.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]

    def test_it_acts_with_the_caller_s_permissions(self):
        client = self.session(self.role(allow("cloudformation:*")))("cloudformation")
        self.assertEqual(self.deploy(client), "CREATE_FAILED")

    def test_it_acts_with_its_role_s_permissions(self):
        trust = json.loads(json.dumps(TRUST).replace(f'{{"AWS": "{ACCOUNT}"}}', '{"Service": "cloudformation.amazonaws.com"}'))
        acting = self.iam.create_role(RoleName="acting", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        self.iam.put_role_policy(RoleName="acting", PolicyName="p", PolicyDocument=document(allow("ssm:*")))
        client = self.session(self.role(allow("cloudformation:*")))("cloudformation")
        self.refused(client.create_stack, StackName=self.name, TemplateBody=self.TEMPLATE, RoleARN=acting)
        self.iam.put_role_policy(RoleName=self.name, PolicyName="pass", PolicyDocument=document(
            allow("iam:PassRole", acting, Condition={"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}})))
        self.assertEqual(self.deploy(client, RoleARN=acting), "CREATE_COMPLETE")


class Stub(AuthorizationTest):
    """The policy of the stub, taken apart on a real table, bucket and session."""

    STATEMENTS = [allow("dynamodb:GetItem", TABLE), allow("s3:GetObject", "arn:aws:s3:::relay/payloads/*"),
                  allow("s3:PutObject", "arn:aws:s3:::relay/payloads/*"), allow("s3:DeleteObject", "arn:aws:s3:::relay/payloads/*")]

    def test_each_statement_is_needed_and_nothing_else_is_allowed(self):
        cloud.client("s3").create_bucket(Bucket="relay", CreateBucketConfiguration={"LocationConstraint": REGION})
        cloud.client("s3").put_object(Bucket="relay", Key="keys/stage", Body=b"secret")
        cloud.client("dynamodb").create_table(TableName="relay", BillingMode="PAY_PER_REQUEST",
                                              KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                                              AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
        client = self.session(self.role())
        table, s3, row = client("dynamodb"), client("s3"), {"pk": {"S": "client"}}
        calls = [lambda: table.get_item(TableName="relay", Key=row),
                 lambda: s3.get_object(Bucket="relay", Key="payloads/a"),
                 lambda: s3.put_object(Bucket="relay", Key="payloads/a", Body=b"1"),
                 lambda: s3.delete_object(Bucket="relay", Key="payloads/a")]
        for left_out in [None, *range(len(calls))]:
            cloud.client("s3").put_object(Bucket="relay", Key="payloads/a", Body=b"1")
            self.iam.put_role_policy(RoleName=self.name, PolicyName="stub", PolicyDocument=document(
                *(statement for i, statement in enumerate(self.STATEMENTS) if i != left_out)))
            for i, call in enumerate(calls):
                self.refused(call) if i == left_out else call()
        self.iam.put_role_policy(RoleName=self.name, PolicyName="stub", PolicyDocument=document(*self.STATEMENTS))
        self.refused(table.update_item, TableName="relay", Key=row)
        self.refused(table.put_item, TableName="relay", Item=row)
        self.refused(table.scan, TableName="relay")
        self.refused(s3.get_object, Bucket="relay", Key="keys/stage")
        self.refused(s3.put_object, Bucket="relay", Key="keys/stage", Body=b"1")
        self.refused(s3.list_objects_v2, Bucket="relay")
        management = client("apigatewaymanagementapi")
        self.refused(management.post_to_connection, ConnectionId="AAAAAAAAAAAAAAA=", Data=b"{}")


class Simulation(AuthorizationTest):
    def decisions(self, arn, actions, *resources):
        found = self.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions, **({"ResourceArns": list(resources)} if resources else {}))
        return [(one["EvalActionName"], one["EvalResourceName"], one["EvalDecision"]) for one in found["EvaluationResults"]]

    def test_policies_decide_without_a_call(self):
        arn = self.role(allow(["s3:Get*", "s3:DeleteObject"], "arn:aws:s3:::mine/*"), allow("s3:DeleteObject", effect="Deny"))
        self.assertEqual(self.decisions(arn, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::mine/x"), [
            ("s3:GetObject", "arn:aws:s3:::mine/x", "allowed"),
            ("s3:PutObject", "arn:aws:s3:::mine/x", "implicitDeny"),
            ("s3:DeleteObject", "arn:aws:s3:::mine/x", "explicitDeny")])
        self.assertEqual(self.decisions(arn, ["s3:GetObject"]), [("s3:GetObject", "*", "implicitDeny")])

    def test_a_boundary_limits(self):
        limit = self.iam.create_policy(PolicyName=self.name, PolicyDocument=document(allow("sqs:*")))["Policy"]["Arn"]
        self.user(allow("s3:*"), PermissionsBoundary=limit)
        arn = self.iam.get_user(UserName=self.name)["User"]["Arn"]
        self.assertEqual(self.decisions(arn, ["s3:GetObject"]), [("s3:GetObject", "*", "implicitDeny")])

    def test_who_is_not_there_is_no_such_entity_and_who_may_not_ask_is_refused(self):
        with self.assertRaises(self.iam.exceptions.NoSuchEntityException):
            self.decisions(f"arn:aws:iam::{ACCOUNT}:role/nobody", ["s3:GetObject"])
        client = self.user(allow("s3:*"))
        arn = self.iam.get_user(UserName=self.name)["User"]["Arn"]
        self.refused(client("iam").simulate_principal_policy, PolicySourceArn=arn, ActionNames=["s3:GetObject"])


if __name__ == "__main__":
    unittest.main()
