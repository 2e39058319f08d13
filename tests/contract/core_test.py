"""Signatures, STS, IAM, SSM, ECR and Logs of the embedded AWS, driven by boto3 and the AWS CLI."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import warnings

import botocore.auth
import botocore.awsrequest
import botocore.credentials
from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import BINARY, REGION, Cloud  # noqa: E402

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                 "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}]}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

LIFECYCLE = {"rules": [{"rulePriority": 1, "description": "untagged images go", "action": {"type": "expire"},
                        "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days",
                                      "countNumber": 365}}]}


def setUpModule():
    global cloud
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)


class ContractTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", ResourceWarning)  # boto3 keeps its connections

    def assert_error(self, code, run, **arguments):
        with self.assertRaises(ClientError) as caught:
            run(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response


def sign(method, url, service, body=b"", headers=None, key="test", secret="test", token=None, region=REGION,
         at=None, signer=botocore.auth.SigV4Auth, **options):
    """A request as botocore signs it, at any time."""
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body, headers=headers or {})
    credentials = botocore.credentials.Credentials(key, secret, token)
    real = botocore.auth.datetime.datetime

    class Frozen(real):
        @classmethod
        def utcnow(cls):
            return at or real.utcnow()

    botocore.auth.datetime.datetime = Frozen
    try:
        signer(credentials, service, region, **options).add_auth(request)
    finally:
        botocore.auth.datetime.datetime = real
    return request.prepare()


def send(prepared, body=None, path=None, headers=None):
    parts = urllib.parse.urlsplit(prepared.url)
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=10)
    target = path or (parts.path or "/") + ("?" + parts.query if parts.query else "")
    all_headers = dict(prepared.headers, **(headers or {}))
    all_headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in all_headers.items()}
    connection.request(prepared.method, target, prepared.body if body is None else body, all_headers)
    with contextlib.closing(connection):
        response = connection.getresponse()
        return response.status, response.read().decode(), response


QUERY_BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SSM = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.DescribeParameters"}


class Signatures(ContractTest):
    def sts(self, **options):
        return sign("POST", cloud.endpoint + "/", "sts", QUERY_BODY, dict(FORM), **options)

    def ssm(self, **options):
        return sign("POST", cloud.endpoint + "/", "ssm", b"{}", dict(SSM), **options)

    def test_a_well_signed_request_is_answered(self):
        status, body, response = send(self.sts())
        self.assertEqual(status, 200, body)
        self.assertRegex(response.getheader("x-amzn-RequestId"), r"^[0-9a-f-]{36}$")

    def test_an_unsigned_request_is_refused(self):
        for headers, body, code in ((FORM, QUERY_BODY, "MissingAuthenticationToken"),
                                    (SSM, b"{}", "MissingAuthenticationTokenException")):
            plain = botocore.awsrequest.AWSRequest("POST", cloud.endpoint + "/", headers, body).prepare()
            status, text, _ = send(plain)
            self.assertIn(status, (400, 403))
            self.assertIn(code, text)

    def test_a_wrong_secret_is_refused(self):
        status, body, _ = send(self.sts(secret="wrong"))
        self.assertEqual((status, "<Code>SignatureDoesNotMatch</Code>" in body), (403, True), body)
        status, body, response = send(self.ssm(secret="wrong"))
        self.assertEqual((status, json.loads(body)["__type"]), (400, "InvalidSignatureException"))
        self.assertEqual(response.getheader("x-amzn-ErrorType"), "InvalidSignatureException")

    def test_an_unknown_key_is_refused(self):
        self.assertIn("InvalidClientTokenId", send(self.sts(key="AKIAUNKNOWN"))[1])
        self.assertIn("UnrecognizedClientException", send(self.ssm(key="AKIAUNKNOWN"))[1])

    def test_a_clock_more_than_five_minutes_off_is_refused(self):
        now = datetime.datetime.utcnow()
        for minutes, good in ((-4, True), (4, True), (-6, False), (6, False)):
            status, body, _ = send(self.sts(at=now + datetime.timedelta(minutes=minutes)))
            self.assertEqual(status, 200 if good else 403, body)
            if not good:
                self.assertRegex(body, "SignatureDoesNotMatch.*(Signature expired|not yet current)")

    def test_a_tampered_body_is_refused(self):
        other = QUERY_BODY.replace(b"GetCallerIdentity", b"GetCallerIdentitY")
        self.assertIn("SignatureDoesNotMatch", send(self.sts(), body=other)[1])

    def test_a_tampered_path_query_or_signed_header_is_refused(self):
        self.assertEqual(send(self.sts(), path="/?x=1")[0], 403)
        self.assertEqual(send(self.ssm(), headers={"X-Amz-Target": "AmazonSSM.GetParameter"})[0], 400)

    def test_the_scope_must_name_the_service_a_region_and_the_day(self):
        wrong = sign("POST", cloud.endpoint + "/", "sns", QUERY_BODY, dict(FORM))
        self.assertIn("Credential should be scoped to correct service: 'sts'", send(wrong)[1].replace("&apos;", "'"))
        self.assertIn("InvalidSignatureException",
                      send(sign("POST", cloud.endpoint + "/", "logs", b"{}", dict(SSM)))[1])
        self.assertIn("valid region", send(self.sts(region="nowhere"))[1])

    def test_the_region_of_a_host_name_must_be_the_signed_one(self):
        host = "ssm.us-west-2.amazonaws.com"
        for region, status in (("us-west-2", 200), ("eu-west-1", 400)):
            request = sign("POST", f"http://{host}/", "ssm", b"{}", dict(SSM), region=region)
            self.assertEqual(send(request, headers={"Host": host})[0], status)

    def test_a_malformed_authorization_is_named(self):
        good = self.sts()
        for broken in (good.headers["Authorization"].split(", Signature=")[0],
                       good.headers["Authorization"].replace("/aws4_request", "")):
            status, body, _ = send(good, headers={"Authorization": broken})
            self.assertEqual((status, "IncompleteSignature" in body), (400, True), body)

    def test_a_presigned_request_holds_until_it_expires(self):
        url = cloud.endpoint + "/?" + QUERY_BODY.decode()
        options = dict(signer=botocore.auth.SigV4QueryAuth, expires=60)
        self.assertEqual(send(sign("GET", url, "sts", **options))[0], 200)
        past = datetime.datetime.utcnow() - datetime.timedelta(seconds=61)
        status, body, _ = send(sign("GET", url, "sts", at=past, **options))
        self.assertEqual((status, "RequestExpired" in body), (400, True), body)
        tampered = sign("GET", url, "sts", **options)
        tampered.url = tampered.url.replace("GetCallerIdentity", "GetSessionToken")
        self.assertEqual(send(tampered)[0], 403)

    def test_paths_and_queries_of_every_spelling_verify(self):
        paths = ["/", "/a/b/", "/a%20b", "/%40connections/L0SM9cOFIAMCIdw%3D", "/a/../b", "/a//b", "/ü~-._!*'()",
                 "/a%2Fb"]
        queries = ["", "b=2&a=1", "a=1&a=0", "empty=&flag", "sp%20ace=%2B%2F%3D", "A=1&a=2&-=3"]
        for path in paths:
            for query in queries:
                url = cloud.endpoint + urllib.parse.quote(path, safe="/%~-._!*'()") + ("?" + query if query else "")
                body, status = self.refusal_of(sign("GET", url, "ssm"))
                self.assertNotIn("InvalidSignature", body, url)
                body, _ = self.refusal_of(sign("GET", url, "ssm", secret="wrong"))
                self.assertIn("InvalidSignature", body, url)

    def refusal_of(self, prepared):
        status, body, _ = send(prepared, headers={"X-Amz-Target": "AmazonSSM.NoSuchAction"})
        return body, status

    def test_header_spaces_collapse(self):
        request = self.ssm()
        request = sign("POST", cloud.endpoint + "/", "ssm", b"{}", dict(SSM, **{"X-Note": "  a   b  "}))
        self.assertEqual(send(request)[0], 200)

    def test_s3_checks_the_body_against_its_hash(self):
        good = sign("PUT", cloud.endpoint + "/bucket/key", "s3", b"other", signer=botocore.auth.S3SigV4Auth)
        self.assertIn("XAmzContentSHA256Mismatch", send(good, body=b"othER")[1])
        self.assertIn("SignatureDoesNotMatch",
                      send(sign("GET", cloud.endpoint + "/bucket", "s3", secret="wrong",
                                signer=botocore.auth.S3SigV4Auth))[1])
        self.assertIn("InvalidAccessKeyId",
                      send(sign("GET", cloud.endpoint + "/bucket", "s3", key="AKIAUNKNOWN",
                                signer=botocore.auth.S3SigV4Auth))[1])

    def test_an_unsupported_action_is_named(self):
        response = self.assert_error("UnsupportedOperation", cloud.client("ssm").list_documents)
        self.assertIn("ssm:ListDocuments", response["Error"]["Message"])
        done = cloud.aws("ec2", "describe-instances", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ec2", done.stderr)

    def test_a_body_that_is_no_json_is_refused(self):
        status, body, _ = send(sign("POST", cloud.endpoint + "/", "ssm", b"{", dict(SSM)))
        self.assertEqual((status, json.loads(body)["__type"]), (400, "SerializationException"))


class Sts(ContractTest):
    def setUp(self):
        self.sts = cloud.client("sts")
        self.iam = cloud.client("iam")

    def role(self, name, trust=TRUST, **options):
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), **options)["Role"]
        self.addCleanup(lambda: self.iam.delete_role(RoleName=name))
        return role

    def assume(self, role, **options):
        return self.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="me@work", **options)

    def test_the_configured_key_is_the_account(self):
        identity = self.sts.get_caller_identity()
        self.assertEqual(identity["Account"], "000000000000")
        self.assertEqual(identity["Arn"], "arn:aws:iam::000000000000:root")
        self.assertEqual(cloud.aws("sts", "get-caller-identity")["Arn"], identity["Arn"])

    def test_an_assumed_role_is_its_own_identity(self):
        role = self.role("assumed", Path="/team/")
        answer = self.assume(role)
        keys = answer["Credentials"]
        self.assertTrue(keys["AccessKeyId"].startswith("ASIA"))
        self.assertRegex(answer["AssumedRoleUser"]["AssumedRoleId"], r"^AROA\w{17}:me@work$")
        left = keys["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        self.assertAlmostEqual(left.total_seconds(), 3600, delta=30)
        session = cloud.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                               token=keys["SessionToken"])
        identity = session.get_caller_identity()
        self.assertEqual(identity["Arn"], "arn:aws:sts::000000000000:assumed-role/assumed/me@work")
        self.assertEqual(identity["UserId"], answer["AssumedRoleUser"]["AssumedRoleId"])

    def test_session_keys_need_their_own_token(self):
        keys = self.assume(self.role("tokens"))["Credentials"]
        other = self.sts.get_session_token()["Credentials"]["SessionToken"]
        for token in (None, "made-up", other):
            client = cloud.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=token)
            self.assert_error("InvalidClientTokenId", client.get_caller_identity)
        self.assert_error("InvalidClientTokenId", cloud.client("sts", token="made-up").get_caller_identity)

    def test_a_role_that_does_not_trust_the_caller_is_not_assumed(self):
        lambda_only = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                      "Principal": {"Service": "lambda.amazonaws.com"}}]}
        denied = dict(TRUST, Statement=TRUST["Statement"] + [dict(TRUST["Statement"][0], Effect="Deny")])
        self.assert_error("AccessDenied", lambda: self.assume(self.role("lambda-only", lambda_only)))
        self.assert_error("AccessDenied", lambda: self.assume(self.role("denied", denied)))
        self.assert_error("AccessDenied", lambda: self.assume({"Arn": "arn:aws:iam::000000000000:role/nobody"}))

    def test_an_external_id_must_match(self):
        trust = {"Statement": [dict(TRUST["Statement"][0], Condition={"StringEquals": {"sts:ExternalId": "x1"}})]}
        role = self.role("external", trust)
        self.assert_error("AccessDenied", lambda: self.assume(role))
        self.assert_error("AccessDenied", lambda: self.assume(role, ExternalId="x2"))
        self.assume(role, ExternalId="x1")

    def test_a_trust_policy_may_name_one_role(self):
        first = self.role("first")
        trust = {"Statement": [dict(TRUST["Statement"][0], Principal={"AWS": [first["Arn"]]})]}
        second = self.role("second", trust)
        self.assert_error("AccessDenied", lambda: self.assume(second))
        keys = self.assume(first)["Credentials"]
        chained = cloud.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                               token=keys["SessionToken"])
        chained.assume_role(RoleArn=second["Arn"], RoleSessionName="two")
        self.assert_error("ValidationError", chained.assume_role, RoleArn=second["Arn"], RoleSessionName="two",
                          DurationSeconds=7200)

    def test_a_duration_stays_within_the_role_s(self):
        role = self.role("short")
        self.assert_error("ValidationError", lambda: self.assume(role, DurationSeconds=7200))
        self.iam.update_role(RoleName="short", MaxSessionDuration=7200)
        self.assume(role, DurationSeconds=7200)

    def test_sessions_and_state_outlive_a_restart(self):
        keys = self.sts.get_session_token()["Credentials"]
        cloud.restart()
        client = cloud.client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                              token=keys["SessionToken"])
        self.assertEqual(client.get_caller_identity()["Account"], "000000000000")


class Iam(ContractTest):
    def setUp(self):
        self.iam = cloud.client("iam")

    def role(self, name, **options):
        created = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), **options)["Role"]
        self.addCleanup(self.remove, name)
        return created

    def remove(self, name):
        with contextlib.suppress(self.iam.exceptions.NoSuchEntityException):
            for policy in self.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
                self.iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
            for policy in self.iam.list_role_policies(RoleName=name)["PolicyNames"]:
                self.iam.delete_role_policy(RoleName=name, PolicyName=policy)
            self.iam.delete_role(RoleName=name)

    def test_a_role_is_given_back_as_it_was_made(self):
        made = self.role("given-back", Path="/p/", Description="<d> & é", MaxSessionDuration=7200,
                         Tags=[{"Key": "k", "Value": "v"}])
        self.assertEqual(made["Arn"], "arn:aws:iam::000000000000:role/p/given-back")
        role = self.iam.get_role(RoleName="given-back")["Role"]
        for member in ("RoleId", "Arn", "Path", "Description", "MaxSessionDuration", "Tags", "CreateDate"):
            self.assertEqual(role[member], made[member])
        self.assertEqual((role["AssumeRolePolicyDocument"], role["Description"]), (TRUST, "<d> & é"))
        self.assertIn("given-back", [each["RoleName"] for each in self.iam.list_roles()["Roles"]])
        self.assertEqual(self.iam.list_roles(PathPrefix="/other/")["Roles"], [])

    def test_names_are_unique_and_missing_ones_are_named(self):
        self.role("unique")
        self.assert_error("EntityAlreadyExists", self.iam.create_role, RoleName="unique",
                          AssumeRolePolicyDocument=json.dumps(TRUST))
        error = self.assert_error("NoSuchEntity", self.iam.get_role, RoleName="missing")
        self.assertEqual(error["Error"]["Message"], "The role with name missing cannot be found.")
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 404)
        self.assert_error("ValidationError", self.iam.create_role, RoleName="bad name",
                          AssumeRolePolicyDocument=json.dumps(TRUST))

    def test_malformed_documents_are_refused(self):
        self.role("malformed")
        for trust in ("{", "[]", "{}", json.dumps(ALLOW), '{"Version":"2020-01-01","Statement":[]}'):
            self.assert_error("MalformedPolicyDocument", self.iam.create_role, RoleName="never",
                              AssumeRolePolicyDocument=trust)
        for policy in ("nothing", json.dumps(TRUST), '{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}'):
            self.assert_error("MalformedPolicyDocument", self.iam.put_role_policy, RoleName="malformed",
                              PolicyName="p", PolicyDocument=policy)

    def test_inline_policies(self):
        self.role("inline")
        self.iam.put_role_policy(RoleName="inline", PolicyName="one", PolicyDocument=json.dumps(ALLOW))
        self.assertEqual(self.iam.get_role_policy(RoleName="inline", PolicyName="one")["PolicyDocument"], ALLOW)
        self.assertEqual(self.iam.list_role_policies(RoleName="inline")["PolicyNames"], ["one"])
        self.assert_error("DeleteConflict", self.iam.delete_role, RoleName="inline")
        self.iam.delete_role_policy(RoleName="inline", PolicyName="one")
        self.assert_error("NoSuchEntity", self.iam.get_role_policy, RoleName="inline", PolicyName="one")
        self.iam.delete_role(RoleName="inline")
        self.assert_error("NoSuchEntity", self.iam.get_role, RoleName="inline")

    def test_managed_policies_attach(self):
        self.role("attached")
        basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        own = self.iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
        for arn in (basic, own, own):
            self.iam.attach_role_policy(RoleName="attached", PolicyArn=arn)
        attached = self.iam.list_attached_role_policies(RoleName="attached")["AttachedPolicies"]
        self.assertCountEqual([each["PolicyArn"] for each in attached], [basic, own])
        self.assertEqual(self.iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"], 1)
        self.assertEqual(self.iam.get_policy(PolicyArn=basic)["Policy"]["PolicyName"], "AWSLambdaBasicExecutionRole")
        self.assert_error("DeleteConflict", self.iam.delete_role, RoleName="attached")
        self.assert_error("DeleteConflict", self.iam.delete_policy, PolicyArn=own)
        self.assert_error("NoSuchEntity", self.iam.attach_role_policy, RoleName="attached",
                          PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")
        self.iam.detach_role_policy(RoleName="attached", PolicyArn=own)
        self.assert_error("NoSuchEntity", self.iam.detach_role_policy, RoleName="attached", PolicyArn=own)
        self.iam.delete_policy(PolicyArn=own)

    def test_policy_versions(self):
        arn = self.iam.create_policy(PolicyName="versions", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
        deny = json.loads(json.dumps(ALLOW).replace("Allow", "Deny"))
        made = self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(deny), SetAsDefault=True)
        self.assertEqual((made["PolicyVersion"]["VersionId"], made["PolicyVersion"]["IsDefaultVersion"]), ("v2", True))
        self.assertEqual(self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"], "v2")
        read = self.iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
        self.assertEqual(read["Document"], deny)
        self.assertEqual([each["VersionId"] for each in self.iam.list_policy_versions(PolicyArn=arn)["Versions"]],
                         ["v2", "v1"])
        self.assert_error("DeleteConflict", self.iam.delete_policy_version, PolicyArn=arn, VersionId="v2")
        self.assert_error("DeleteConflict", self.iam.delete_policy, PolicyArn=arn)
        self.iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
        for _ in range(4):
            self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW))
        self.assert_error("LimitExceeded", self.iam.create_policy_version, PolicyArn=arn,
                          PolicyDocument=json.dumps(ALLOW))
        for version in ("v3", "v4", "v5", "v6"):
            self.iam.delete_policy_version(PolicyArn=arn, VersionId=version)
        self.iam.delete_policy(PolicyArn=arn)

    def test_tags_merge_by_key(self):
        self.role("tagged", Tags=[{"Key": "a", "Value": "1"}])
        self.iam.tag_role(RoleName="tagged", Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
        self.iam.untag_role(RoleName="tagged", TagKeys=["b"])
        self.assertEqual(self.iam.list_role_tags(RoleName="tagged")["Tags"], [{"Key": "a", "Value": "2"}])

    def test_trust_can_change(self):
        self.role("retrust")
        other = json.loads(json.dumps(TRUST).replace("Allow", "Deny"))
        self.iam.update_assume_role_policy(RoleName="retrust", PolicyDocument=json.dumps(other))
        self.assertEqual(self.iam.get_role(RoleName="retrust")["Role"]["AssumeRolePolicyDocument"], other)

    def test_lists_page(self):
        for i in range(3):
            self.role(f"page-{i}", Path="/page/")
        pages = list(self.iam.get_paginator("list_roles").paginate(PathPrefix="/page/", PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["Roles"]) for page in pages], [2, 1])

    def test_a_user_s_key_signs(self):
        self.iam.create_user(UserName="ann")
        key = self.iam.create_access_key(UserName="ann")["AccessKey"]
        mine = dict(key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        self.assertEqual(cloud.client("sts", **mine).get_caller_identity()["Arn"],
                         "arn:aws:iam::000000000000:user/ann")
        itself = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser",
                                                          "Resource": "arn:aws:iam::*:user/${aws:username}"}]}
        self.iam.put_user_policy(UserName="ann", PolicyName="itself", PolicyDocument=json.dumps(itself))
        self.assertEqual(cloud.client("iam", **mine).get_user()["User"]["UserName"], "ann")
        self.assertEqual(self.iam.list_groups_for_user(UserName="ann")["Groups"], [])
        self.iam.delete_user_policy(UserName="ann", PolicyName="itself")
        self.assert_error("DeleteConflict", self.iam.delete_user, UserName="ann")
        self.iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
        self.assert_error("InvalidClientTokenId", cloud.client("sts", **mine).get_caller_identity)
        self.iam.delete_user(UserName="ann")

    def test_the_cli_agrees(self):
        cloud.aws("iam", "create-role", "--role-name", "by-cli", "--assume-role-policy-document", json.dumps(TRUST))
        self.addCleanup(self.remove, "by-cli")
        role = cloud.aws("iam", "get-role", "--role-name", "by-cli")["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"], TRUST)


class Ssm(ContractTest):
    def setUp(self):
        self.ssm = cloud.client("ssm")

    def put(self, name, value="v", **options):
        return self.ssm.put_parameter(**dict(dict(Name=name, Value=value, Type="String"), **options))["Version"]

    def test_a_parameter_is_read_back(self):
        self.assertEqual(self.put("/cdk-bootstrap/x/version", "21"), 1)
        parameter = self.ssm.get_parameter(Name="/cdk-bootstrap/x/version")["Parameter"]
        self.assertEqual((parameter["Value"], parameter["Type"], parameter["Version"]), ("21", "String", 1))
        self.assertEqual(parameter["ARN"], f"arn:aws:ssm:{REGION}:000000000000:parameter/cdk-bootstrap/x/version")
        age = datetime.datetime.now(datetime.timezone.utc) - parameter["LastModifiedDate"]
        self.assertLess(abs(age.total_seconds()), 30)
        self.assertEqual(cloud.aws("ssm", "get-parameter", "--name", parameter["ARN"])["Parameter"]["Value"], "21")

    def test_missing_parameters_are_told(self):
        self.assert_error("ParameterNotFound", self.ssm.get_parameter, Name="/nothing")
        self.assert_error("ParameterNotFound", self.ssm.delete_parameter, Name="/nothing")
        self.put("/there")
        answer = self.ssm.get_parameters(Names=["/there", "/nothing"])
        self.assertEqual(([each["Name"] for each in answer["Parameters"]], answer["InvalidParameters"]),
                         (["/there"], ["/nothing"]))

    def test_overwriting_is_asked_for_and_versions_count(self):
        self.put("/over", "1")
        self.assert_error("ParameterAlreadyExists", self.put, name="/over")
        self.assertEqual(self.put("/over", "2", Overwrite=True), 2)
        self.assertEqual(self.ssm.get_parameter(Name="/over:1")["Parameter"]["Value"], "1")
        self.assertEqual(self.ssm.get_parameter(Name="/over")["Parameter"]["Value"], "2")
        self.assert_error("ParameterVersionNotFound", self.ssm.get_parameter, Name="/over:9")
        history = self.ssm.get_parameter_history(Name="/over")["Parameters"]
        self.assertEqual([each["Value"] for each in history], ["1", "2"])

    def test_paths_are_one_level_or_all_below(self):
        for name in ("/tree/a", "/tree/b/c", "/treehouse"):
            self.put(name)
        by_path = self.ssm.get_parameters_by_path
        self.assertEqual([each["Name"] for each in by_path(Path="/tree")["Parameters"]], ["/tree/a"])
        self.assertEqual([each["Name"] for each in by_path(Path="/tree/", Recursive=True)["Parameters"]],
                         ["/tree/a", "/tree/b/c"])

    def test_a_secret_is_shown_when_decryption_is_asked_for(self):
        self.put("/secret", "hush", Type="SecureString")
        self.assertNotIn("hush", json.dumps(self.ssm.get_parameter(Name="/secret"), default=str))
        self.assertEqual(self.ssm.get_parameter(Name="/secret", WithDecryption=True)["Parameter"]["Value"], "hush")

    def test_limits(self):
        self.put("/full", "x" * 4096)
        self.assert_error("ValidationException", self.put, name="/over-full", value="x" * 4097)
        self.assert_error("ValidationException", self.put, name="/bad name")
        self.assert_error("ParameterPatternMismatchException", self.put, name="/pattern", value="a",
                          AllowedPattern="^[0-9]+$")

    def test_describe_filters_and_tags(self):
        self.put("/described/one", Tags=[{"Key": "a", "Value": "1"}])
        filters = [{"Key": "Name", "Option": "BeginsWith", "Values": ["/described/"]}]
        found = self.ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
        self.assertEqual([each["Name"] for each in found], ["/described/one"])
        target = dict(ResourceType="Parameter", ResourceId="/described/one")
        self.ssm.add_tags_to_resource(Tags=[{"Key": "b", "Value": "2"}], **target)
        self.ssm.remove_tags_from_resource(TagKeys=["a"], **target)
        self.assertEqual(self.ssm.list_tags_for_resource(**target)["TagList"], [{"Key": "b", "Value": "2"}])
        gone = self.ssm.delete_parameters(Names=["/described/one", "/nothing"])
        self.assertEqual((gone["DeletedParameters"], gone["InvalidParameters"]), (["/described/one"], ["/nothing"]))

    def test_regions_are_apart(self):
        self.put("/here")
        self.assert_error("ParameterNotFound", cloud.client("ssm", region="us-east-1").get_parameter, Name="/here")


class Ecr(ContractTest):
    def test_a_repository_lives_and_goes(self):
        ecr = cloud.client("ecr")
        made = ecr.create_repository(repositoryName="team/assets", imageTagMutability="IMMUTABLE")["repository"]
        self.assertEqual(made["repositoryUri"], f"000000000000.dkr.ecr.{REGION}.amazonaws.com/team/assets")
        self.assert_error("RepositoryAlreadyExistsException", ecr.create_repository, repositoryName="team/assets")
        self.assert_error("RepositoryPolicyNotFoundException", ecr.get_repository_policy, repositoryName="team/assets")
        ecr.set_repository_policy(repositoryName="team/assets", policyText=json.dumps(TRUST))
        self.assertEqual(json.loads(ecr.get_repository_policy(repositoryName="team/assets")["policyText"]), TRUST)
        ecr.put_lifecycle_policy(repositoryName="team/assets", lifecyclePolicyText=json.dumps(LIFECYCLE))
        ecr.put_image_scanning_configuration(repositoryName="team/assets",
                                             imageScanningConfiguration={"scanOnPush": True})
        shown = ecr.describe_repositories(repositoryNames=["team/assets"])["repositories"][0]
        self.assertEqual((shown["imageTagMutability"], shown["imageScanningConfiguration"]),
                         ("IMMUTABLE", {"scanOnPush": True}))
        ecr.tag_resource(resourceArn=made["repositoryArn"], tags=[{"Key": "a", "Value": "1"}])
        self.assertEqual(ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"],
                         [{"Key": "a", "Value": "1"}])
        self.assertEqual(ecr.list_images(repositoryName="team/assets")["imageIds"], [])
        self.assertIn("team/assets", json.dumps(cloud.aws("ecr", "describe-repositories")))
        ecr.delete_repository(repositoryName="team/assets")
        self.assert_error("RepositoryNotFoundException", ecr.describe_repositories, repositoryNames=["team/assets"])


class Logs(ContractTest):
    def setUp(self):
        self.logs = cloud.client("logs")
        self.group = "/test/" + self.id().rsplit(".", 1)[1]
        self.logs.create_log_group(logGroupName=self.group)
        self.addCleanup(self.remove)
        self.names = dict(logGroupName=self.group, logStreamName="s")
        self.logs.create_log_stream(**self.names)
        self.now = int(time.time() * 1000)

    def remove(self):
        with contextlib.suppress(self.logs.exceptions.ResourceNotFoundException):
            self.logs.delete_log_group(logGroupName=self.group)

    def put(self, *messages, start=0):
        events = [{"timestamp": self.now + start + i, "message": text} for i, text in enumerate(messages)]
        return self.logs.put_log_events(logEvents=events, **self.names)

    def test_events_come_back_in_order_and_page(self):
        self.put("one", "two", "three é", "four")
        read = self.logs.get_log_events(startFromHead=True, limit=3, **self.names)
        self.assertEqual([each["message"] for each in read["events"]], ["one", "two", "three é"])
        rest = self.logs.get_log_events(nextToken=read["nextForwardToken"], **self.names)
        self.assertEqual([each["message"] for each in rest["events"]], ["four"])
        end = self.logs.get_log_events(nextToken=rest["nextForwardToken"], **self.names)
        self.assertEqual((end["events"], end["nextForwardToken"]), ([], rest["nextForwardToken"]))
        newest = self.logs.get_log_events(limit=1, **self.names)
        self.assertEqual([each["message"] for each in newest["events"]], ["four"])
        older = self.logs.get_log_events(limit=2, nextToken=newest["nextBackwardToken"], **self.names)
        self.assertEqual([each["message"] for each in older["events"]], ["two", "three é"])

    def test_filters_and_spans(self):
        self.put("ERROR in the kitchen", "all good", "ERROR in the hall", start=10)
        found = self.logs.filter_log_events(logGroupName=self.group, filterPattern="ERROR -hall")["events"]
        self.assertEqual([each["message"] for each in found], ["ERROR in the kitchen"])
        late = self.logs.filter_log_events(logGroupName=self.group, startTime=self.now + 11)["events"]
        self.assertEqual(len(late), 2)
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=self.group,
                                                                     PaginationConfig={"PageSize": 1})
        self.assertEqual([len(page["events"]) for page in pages if page["events"]], [1, 1, 1])

    def found(self, pattern):
        events = self.logs.filter_log_events(logGroupName=self.group, filterPattern=pattern)["events"]
        return [each["message"] for each in events]

    def test_json_events_are_filtered_by_their_members(self):
        slow, failed = '{"level": "INFO", "ms": 1200}', '{"level": "ERROR", "error": {"codes": [404, 410]}, "ms": null}'
        self.put(slow, failed, "no JSON, but ERROR")
        for pattern in ('{ $.level = "ERROR" }', "{ $.error.codes[*] = 41* }", "{ $.ms IS NULL }",
                        "{ ($.level = %^ERR% || $.ms > 2000) && $.user NOT EXISTS }"):
            self.assertEqual(self.found(pattern), [failed], pattern)
        self.assertEqual(self.found("{ $.ms >= 1.2e3 && $.level != ERROR }"), [slow])

    def test_lines_are_filtered_by_their_fields_and_by_regular_expressions(self):
        page = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
        self.put(page, "127.0.0.2 - jane [10/Oct/2000:13:25:16 -0700] \"GET /a.png HTTP/1.0\" 200 99")
        for pattern in ("[ip, id, user, time, request = *.html*, status = 4* || status = 5*, bytes > 1000]",
                        "[ip=%127\\.0\\.0\\.1$%, ..., bytes]", "%\\s4\\d{2}\\s%", "?frank ?john"):
            self.assertEqual(self.found(pattern), [page], pattern)

    def test_a_pattern_that_is_none_is_refused(self):
        for pattern in ("{ $.a == 1 }", "{ a = 1 }", "[a, ..., b, ...]", "%(a)%", "{ $.a IS NOT NULL }"):
            self.assert_error("InvalidParameterException", self.logs.filter_log_events, logGroupName=self.group,
                              filterPattern=pattern)

    def test_streams_know_their_newest_event(self):
        self.put("x", start=-5)
        stream = self.logs.describe_log_streams(logGroupName=self.group)["logStreams"][0]
        self.assertEqual((stream["logStreamName"], stream["lastEventTimestamp"]), ("s", self.now - 5))
        self.logs.create_log_stream(logGroupName=self.group, logStreamName="quiet")
        newest = self.logs.describe_log_streams(logGroupName=self.group, orderBy="LastEventTime", descending=True)
        self.assertEqual([each["logStreamName"] for each in newest["logStreams"]], ["s", "quiet"])

    def test_missing_and_double_ones_are_told(self):
        self.assert_error("ResourceAlreadyExistsException", self.logs.create_log_group, logGroupName=self.group)
        self.assert_error("ResourceAlreadyExistsException", self.logs.create_log_stream, **self.names)
        missing = dict(self.names, logStreamName="missing")
        self.assert_error("ResourceNotFoundException", self.logs.get_log_events, **missing)
        self.assert_error("ResourceNotFoundException", self.logs.describe_log_streams, logGroupName="missing")
        self.logs.delete_log_group(logGroupName=self.group)
        self.assert_error("ResourceNotFoundException", self.logs.get_log_events, **self.names)

    def test_events_out_of_order_or_out_of_time(self):
        jumbled = [{"timestamp": self.now + 1, "message": "b"}, {"timestamp": self.now, "message": "a"}]
        self.assert_error("InvalidParameterException", self.logs.put_log_events, logEvents=jumbled, **self.names)
        answer = self.put("old", start=-15 * 86_400_000)
        self.assertEqual(answer["rejectedLogEventsInfo"], {"tooOldLogEventEndIndex": 1})

    def test_retention_and_tags(self):
        self.logs.put_retention_policy(logGroupName=self.group, retentionInDays=7)
        group = self.logs.describe_log_groups(logGroupNamePrefix=self.group)["logGroups"][0]
        self.assertEqual(group["retentionInDays"], 7)
        self.assert_error("InvalidParameterException", self.logs.put_retention_policy, logGroupName=self.group,
                          retentionInDays=8)
        self.logs.delete_retention_policy(logGroupName=self.group)
        self.assertNotIn("retentionInDays",
                         self.logs.describe_log_groups(logGroupNamePrefix=self.group)["logGroups"][0])
        self.logs.tag_log_group(logGroupName=self.group, tags={"a": "1", "b": "2"})
        self.logs.untag_log_group(logGroupName=self.group, tags=["a"])
        self.assertEqual(self.logs.list_tags_log_group(logGroupName=self.group)["tags"], {"b": "2"})

    def test_the_cli_tails(self):
        self.put("seen by the cli", "and not this")
        self.assertIn("seen by the cli", cloud.aws("logs", "tail", self.group))
        found = cloud.aws("logs", "filter-log-events", "--log-group-name", self.group, "--filter-pattern", "seen")
        self.assertEqual([each["message"] for each in found["events"]], ["seen by the cli"])

    def test_the_cli_filters_json(self):
        self.put('{"level": "ERROR"}', '{"level": "INFO"}')
        found = cloud.aws("logs", "filter-log-events", "--log-group-name", self.group, "--filter-pattern",
                          '{ $.level = "ERROR" }')
        self.assertEqual([each["message"] for each in found["events"]], ['{"level": "ERROR"}'])


class Command(unittest.TestCase):
    def live(self, *arguments, home=None):
        environment = dict(os.environ, **({"LIVE_HOME": home} if home else {}))
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30, env=environment)

    def test_status_finds_it_and_a_second_one_is_refused(self):
        state = str(cloud.state)
        self.assertIn(cloud.endpoint, self.live("cloud", "status", "--state", state).stdout)
        second = self.live("cloud", "--port", "0", "--state", state)
        self.assertEqual(second.returncode, 1)
        self.assertIn("in use", second.stderr)

    def test_a_busy_port_is_an_error(self):
        with tempfile.TemporaryDirectory() as state:
            busy = self.live("cloud", "--port", str(cloud.port), "--state", state)
        self.assertEqual(busy.returncode, 1)
        self.assertIn(str(cloud.port), busy.stderr)

    def test_without_a_port_the_next_free_one_is_taken(self):
        with contextlib.ExitStack() as stack:
            taken = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # somebody has it already: as good
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections linger
                taken.bind(("127.0.0.1", 4566))
                taken.listen()
            state = stack.enter_context(tempfile.TemporaryDirectory())
            stack.callback(self.live, "cloud", "stop", "--state", state)
            self.assertEqual(self.live("cloud", "start", "--state", state).returncode, 0)
            run = json.loads((pathlib.Path(state) / "run.json").read_text())
            self.assertGreater(run["port"], 4566)

    def test_one_in_the_background_is_started_once_and_survives_its_starter(self):
        with tempfile.TemporaryDirectory() as home:
            self.addCleanup(self.live, "cloud", "stop", home=home)
            first = self.live("cloud", "start", home=home)
            self.assertEqual((first.returncode, "running at" in first.stdout), (0, True), first.stderr)
            self.assertEqual(self.live("cloud", "start", home=home).stdout, first.stdout)
            self.assertIn("running at", self.live("cloud", "status", home=home).stdout)
            pid = json.loads((pathlib.Path(home) / "cloud" / "run.json").read_text())["pid"]
            os.kill(pid, signal.SIGKILL)
            again = self.live("cloud", "start", home=home)
            self.assertEqual((again.returncode, again.stdout == first.stdout), (0, False), again.stderr)
            self.assertIn("stopped", self.live("cloud", "stop", home=home).stdout)
            self.assertIn("No embedded AWS", self.live("cloud", "stop", home=home).stdout)

    def test_one_that_cannot_start_in_the_background_says_why(self):
        with tempfile.TemporaryDirectory() as state:
            (pathlib.Path(state) / "state.db").write_bytes(b"spoiled" * 1000)
            failed = self.live("cloud", "start", "--state", state)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("state.db", failed.stderr)

    def test_a_foreign_or_corrupt_state_is_named(self):
        for spoil in (lambda file: file.write_bytes(b"not a database at all" * 100), self.foreign):
            with tempfile.TemporaryDirectory() as state:
                file = pathlib.Path(state) / "state.db"
                spoil(file)
                before = file.read_bytes()
                refused = self.live("cloud", "--port", "0", "--state", state)
                self.assertEqual(refused.returncode, 1)
                self.assertIn(str(file), refused.stderr)
                self.assertIn("--state", refused.stderr)
                self.assertEqual(file.read_bytes(), before)

    @staticmethod
    def foreign(file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("create table theirs(x)")
            database.commit()

    def test_stop_ends_it_cleanly(self):
        other = Cloud()
        self.addCleanup(other.stop)
        self.assertIn("stopped", self.live("cloud", "stop", "--state", str(other.state)).stdout)
        self.assertEqual(other.process.wait(5), 0)
        self.assertEqual(self.live("cloud", "status", "--state", str(other.state)).returncode, 1)

    def test_unknown_options_and_latencies_are_refused(self):
        self.assertNotEqual(self.live("cloud", "--nonsense").returncode, 0)
        self.assertIn("SERVICE=MS", self.live("cloud", "--latency", "dynamodb").stderr)


class Latency(unittest.TestCase):
    def test_a_service_answers_as_late_as_it_is_told(self):
        slow = Cloud("--latency", "ssm=120")
        self.addCleanup(slow.stop)
        for service, run, late in (("ssm", "describe_parameters", True), ("sts", "get_caller_identity", False)):
            call = getattr(slow.client(service), run)
            call()
            started = time.monotonic()
            call()
            self.assertEqual(time.monotonic() - started >= 0.12, late)


if __name__ == "__main__":
    unittest.main()
