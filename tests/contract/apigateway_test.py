"""REST, HTTP and WebSocket APIs of the embedded AWS, driven by boto3, the AWS CLI and Debian's websockets."""

import asyncio
import base64
import http.client
import json
import pathlib
import sys
import time
import unittest
import urllib.parse
import warnings

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import websockets
from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import REGION, Cloud  # noqa: E402
from functions import let_apis_call, make_native, make_role  # noqa: E402

ANSWER = """
import time
def handle(event, context):
    query = event.get("queryStringParameters") or {}
    if "sleep" in query: time.sleep(float(query["sleep"]))
    if "raise" in query: raise RuntimeError("no")
    if "malformed" in query: return {"hello": "world"}
    if "binary" in query: return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": "AAEC/w==", "isBase64Encoded": True}
    return {"statusCode": 201, "headers": {"X-One": "1"}, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
            "body": json.dumps(event)}
"""


def setUpModule():
    global cloud, role, proxy, plain
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    role = make_role(cloud)
    proxy = make_native(cloud, role, "proxy", ANSWER, Timeout=20)
    plain = make_native(cloud, role, "plain", "def handle(event, context): return event")
    let_apis_call(cloud, "proxy")
    let_apis_call(cloud, "plain")


def uri_of(function):
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"


def host_of(api):
    return f"{api}.execute-api.{REGION}.amazonaws.com"


def request(method, path, host=None, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=30)
    connection.request(method, path, body, dict(headers or {}, **({"Host": host} if host else {})))
    answer = connection.getresponse()
    answer.text = answer.read()
    connection.close()
    return answer


def signed_headers(url, method="GET", secret="test", body=b""):
    signed = botocore.awsrequest.AWSRequest(method=method, url=url, data=body)
    credentials = botocore.credentials.Credentials("test", secret)
    botocore.auth.SigV4Auth(credentials, "execute-api", REGION).add_auth(signed)
    return {name: value for name, value in signed.headers.items()}


class RestApis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = client = cloud.client("apigateway")
        made = client.create_rest_api(name="pets", binaryMediaTypes=["image/*"])
        cls.api = made["id"]
        root = client.get_resources(restApiId=cls.api)["items"][0]["id"]

        def resource(parent, part):
            return client.create_resource(restApiId=cls.api, parentId=parent, pathPart=part)["id"]

        def lambda_method(resource_id, method, authorization="NONE"):
            at = dict(restApiId=cls.api, resourceId=resource_id, httpMethod=method)
            client.put_method(authorizationType=authorization, **at)
            client.put_integration(type="AWS_PROXY", integrationHttpMethod="POST", uri=uri_of(proxy), **at)
            return at

        lambda_method(root, "GET")
        pets = resource(root, "pets")
        at = lambda_method(pets, "GET")
        cls.integration = client.get_integration(**at)
        pet = resource(pets, "{id}")
        lambda_method(pet, "GET")
        lambda_method(resource(root, "{proxy+}"), "ANY")
        lambda_method(resource(root, "secret"), "GET", "AWS_IAM")
        slow = lambda_method(resource(root, "slow"), "GET")
        client.put_integration(type="AWS_PROXY", integrationHttpMethod="POST", uri=uri_of(proxy), timeoutInMillis=300, **slow)
        at = dict(restApiId=cls.api, resourceId=pets, httpMethod="OPTIONS")
        client.put_method(authorizationType="NONE", **at)
        client.put_integration(type="MOCK", requestTemplates={"application/json": "{ statusCode: 200 }"}, **at)
        client.put_method_response(statusCode="204", responseParameters={
            "method.response.header.Access-Control-Allow-Origin": True}, **at)
        client.put_integration_response(statusCode="204", responseParameters={
            "method.response.header.Access-Control-Allow-Origin": "'*'"}, **at)
        cls.deployment = client.create_deployment(restApiId=cls.api)["id"]
        client.create_stage(restApiId=cls.api, stageName="prod", deploymentId=cls.deployment, variables={"color": "green"})

    def get(self, path, method="GET", **options):
        return request(method, "/prod" + path, host_of(self.api), **options)

    def test_the_event_is_format_1_0(self):
        answer = self.get("/pets/a%20b?x=1&x=2&y=", headers={"X-Test": "yes", "User-Agent": "tester"})
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.getheader("X-One"), "1")
        self.assertEqual(answer.msg.get_all("Set-Cookie"), ["a=1", "b=2"])
        self.assertEqual(answer.getheader("Content-Type"), "application/json")
        event = json.loads(answer.text)
        self.assertEqual(sorted(event), sorted([
            "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
            "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body", "isBase64Encoded"]))
        self.assertEqual((event["resource"], event["path"], event["httpMethod"]), ("/pets/{id}", "/pets/a%20b", "GET"))
        self.assertEqual(event["queryStringParameters"], {"x": "2", "y": ""})
        self.assertEqual(event["multiValueQueryStringParameters"], {"x": ["1", "2"], "y": [""]})
        self.assertEqual(event["pathParameters"], {"id": "a%20b"})
        self.assertEqual(event["stageVariables"], {"color": "green"})
        self.assertEqual((event["body"], event["isBase64Encoded"]), (None, False))
        self.assertEqual((event["headers"]["X-Test"], event["headers"]["Host"]), ("yes", host_of(self.api)))
        context = event["requestContext"]
        self.assertEqual(context["path"], "/prod/pets/a%20b")
        self.assertEqual((context["stage"], context["apiId"], context["resourcePath"]), ("prod", self.api, "/pets/{id}"))
        self.assertEqual((context["domainName"], context["domainPrefix"]), (host_of(self.api), self.api))
        self.assertEqual(context["deploymentId"], self.deployment)
        self.assertEqual(context["identity"]["sourceIp"], "127.0.0.1")
        self.assertEqual(context["identity"]["userAgent"], "tester")
        self.assertIsNone(context["identity"]["userArn"])
        self.assertAlmostEqual(context["requestTimeEpoch"] / 1000, time.time(), delta=5)
        self.assertEqual(answer.getheader("x-amzn-RequestId"), context["requestId"])

    def test_the_most_literal_path_wins(self):
        self.assertEqual(json.loads(self.get("/pets").text)["resource"], "/pets")
        self.assertEqual(json.loads(self.get("/").text)["resource"], "/")
        self.assertEqual(json.loads(self.get("/pets/1").text)["resource"], "/pets/{id}")
        event = json.loads(self.get("/any/thing/else", "PUT", body="text").text)
        self.assertEqual((event["resource"], event["pathParameters"]), ("/{proxy+}", {"proxy": "any/thing/else"}))
        self.assertEqual((event["httpMethod"], event["body"]), ("PUT", "text"))

    def test_people_reach_the_same_api_by_path(self):
        event = json.loads(request("GET", f"/_api/{self.api}/prod/pets?a=b").text)
        self.assertEqual((event["path"], event["requestContext"]["domainName"]), ("/pets", host_of(self.api)))
        self.assertEqual(event["headers"]["Host"], host_of(self.api))

    def test_what_is_not_there_or_fails_has_aws_words(self):
        for path, method, status, message in [
                ("/pets", "POST", 403, "Missing Authentication Token"), ("/secret", "GET", 403, "Missing Authentication Token"),
                ("/pets?raise=1", "GET", 502, "Internal server error"), ("/pets?malformed=1", "GET", 502, "Internal server error"),
                ("/slow?sleep=2", "GET", 504, "Endpoint request timed out")]:
            answer = self.get(path, method)
            self.assertEqual((answer.status, json.loads(answer.text)), (status, {"message": message}), path)
        self.assertEqual(request("GET", "/nostage/pets", host_of(self.api)).status, 403)

    def test_iam_lets_signed_requests_in(self):
        url = f"http://{host_of(self.api)}/prod/secret"
        answer = request("GET", "/prod/secret", host_of(self.api), headers=signed_headers(url))
        self.assertEqual(answer.status, 201)
        identity = json.loads(answer.text)["requestContext"]["identity"]
        self.assertEqual((identity["accessKey"], identity["accountId"]), ("test", cloud.account))
        answer = request("GET", "/prod/secret", host_of(self.api), headers=signed_headers(url, secret="wrong"))
        self.assertEqual(answer.status, 403)

    def test_bodies_are_binary_where_the_api_says_so(self):
        event = json.loads(self.get("/pets/1", "GET", body=b"\x00\xff", headers={"Content-Type": "image/png"}).text)
        self.assertEqual((event["body"], event["isBase64Encoded"]), (base64.b64encode(b"\x00\xff").decode(), True))
        self.assertEqual(self.get("/pets?binary=1").text, b"\x00\x01\x02\xff")

    def test_a_preflight_is_answered_without_a_function(self):
        answer = self.get("/pets", "OPTIONS")
        self.assertEqual((answer.status, answer.getheader("Access-Control-Allow-Origin"), answer.text), (204, "*", b""))

    def test_a_stage_serves_its_deployment_until_it_is_given_another(self):
        client, api = self.client, self.client.create_rest_api(name="later")
        root = client.get_resources(restApiId=api["id"])["items"][0]["id"]
        at = dict(restApiId=api["id"], resourceId=root, httpMethod="GET")
        with self.assertRaises(ClientError):
            client.create_deployment(restApiId=api["id"])
        client.put_method(authorizationType="NONE", **at)
        client.put_integration(type="AWS_PROXY", integrationHttpMethod="POST", uri=uri_of(proxy), **at)
        client.create_deployment(restApiId=api["id"], stageName="s")
        client.delete_method(**at)
        self.assertEqual(request("GET", f"/_api/{api['id']}/s/").status, 201)
        client.put_method(**dict(at, httpMethod="POST"), authorizationType="NONE")
        client.put_integration(**dict(at, httpMethod="POST"), type="MOCK")
        deployment = client.create_deployment(restApiId=api["id"])["id"]
        client.update_stage(restApiId=api["id"], stageName="s", patchOperations=[
            {"op": "replace", "path": "/deploymentId", "value": deployment},
            {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "5"}])
        self.assertEqual(request("GET", f"/_api/{api['id']}/s/").status, 403)
        stage = client.get_stage(restApiId=api["id"], stageName="s")
        self.assertEqual(stage["methodSettings"]["*/*"]["throttlingRateLimit"], 5.0)
        client.delete_rest_api(restApiId=api["id"])
        with self.assertRaises(client.exceptions.NotFoundException):
            client.get_rest_api(restApiId=api["id"])

    def test_the_actions_give_what_was_put(self):
        client = self.client
        self.assertEqual((self.integration["type"], self.integration["httpMethod"], self.integration["uri"]),
                         ("AWS_PROXY", "POST", uri_of(proxy)))
        resources = client.get_resources(restApiId=self.api)["items"]
        self.assertIn("/pets/{id}", [resource["path"] for resource in resources])
        self.assertEqual([stage["stageName"] for stage in client.get_stages(restApiId=self.api)["item"]], ["prod"])
        self.assertIn("pets", [api["name"] for api in cloud.aws("apigateway", "get-rest-apis")["items"]])
        changed = client.update_rest_api(restApiId=self.api, patchOperations=[
            {"op": "replace", "path": "/description", "value": "all pets"},
            {"op": "add", "path": "/binaryMediaTypes/font~1*"}])
        self.assertEqual((changed["description"], changed["binaryMediaTypes"]), ("all pets", ["image/*", "font/*"]))
        arn = f"arn:aws:apigateway:{REGION}::/restapis/{self.api}"
        client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
        client.untag_resource(resourceArn=arn, tagKeys=["b"])
        self.assertEqual(client.get_tags(resourceArn=arn)["tags"], {"a": "1"})
        client.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
        self.assertEqual(client.get_account()["cloudwatchRoleArn"], role)
        pet = next(resource["id"] for resource in resources if resource["path"] == "/pets/{id}")
        with self.assertRaises(client.exceptions.BadRequestException) as refused:
            client.put_integration(restApiId=self.api, resourceId=pet, httpMethod="GET", type="HTTP")
        self.assertIn("HTTP", str(refused.exception))


class HttpApis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = client = cloud.client("apigatewayv2")
        made = client.create_api(Name="web", ProtocolType="HTTP", CorsConfiguration={
            "AllowOrigins": ["https://example.com"], "AllowMethods": ["GET"], "AllowHeaders": ["x-a"], "MaxAge": 60})
        cls.api = made["ApiId"]
        assert made["ApiEndpoint"] == f"https://{host_of(cls.api)}", made

        def integration(function, version):
            return "integrations/" + client.create_integration(
                ApiId=cls.api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion=version)["IntegrationId"]

        two, one, inferred = integration(proxy, "2.0"), integration(uri_of(proxy), "1.0"), integration(plain, "2.0")
        for key, target in [("GET /pets/{id}", two), ("ANY /pets/{id}", one), ("GET /pets/special", two),
                            ("ANY /files/{path+}", two), ("POST /inferred", inferred)]:
            client.create_route(ApiId=cls.api, RouteKey=key, Target=target)
        client.create_stage(ApiId=cls.api, StageName="$default", AutoDeploy=True)
        client.create_stage(ApiId=cls.api, StageName="dev", AutoDeploy=True, StageVariables={"v": "1"})

    def get(self, path, method="GET", **options):
        return request(method, path, host_of(self.api), **options)

    def test_the_event_is_format_2_0(self):
        answer = self.get("/pets/a%20b?x=1&x=2", headers={"Cookie": "c=1; d=2", "X-Test": "yes", "User-Agent": "tester"})
        self.assertEqual(answer.status, 201)
        event = json.loads(answer.text)
        self.assertEqual((event["version"], event["routeKey"], event["rawPath"], event["rawQueryString"]),
                         ("2.0", "GET /pets/{id}", "/pets/a b", "x=1&x=2"))
        self.assertEqual(event["cookies"], ["c=1", "d=2"])
        self.assertEqual(event["queryStringParameters"], {"x": "1,2"})
        self.assertEqual(event["pathParameters"], {"id": "a b"})
        self.assertEqual(event["headers"]["x-test"], "yes")
        self.assertNotIn("cookie", event["headers"])
        self.assertNotIn("body", event)
        context = event["requestContext"]
        self.assertEqual(context["http"], {"method": "GET", "path": "/pets/a b", "protocol": "HTTP/1.1",
                                           "sourceIp": "127.0.0.1", "userAgent": "tester"})
        self.assertEqual((context["stage"], context["domainPrefix"], context["accountId"]), ("$default", self.api, cloud.account))
        self.assertEqual(answer.getheader("Apigw-Requestid"), context["requestId"])

    def test_routes_are_chosen_as_documented(self):
        for method, path, key in [("GET", "/pets/special", "GET /pets/special"), ("GET", "/pets/1", "GET /pets/{id}"),
                                  ("GET", "/files/a/b", "ANY /files/{path+}")]:
            self.assertEqual(json.loads(self.get(path, method).text)["routeKey"], key)
        event = json.loads(self.get("/pets/1", "DELETE").text)
        self.assertEqual((event["version"], event["resource"]), ("1.0", "/pets/{id}"))
        answer = self.get("/nowhere")
        self.assertEqual((answer.status, json.loads(answer.text)), (404, {"message": "Not Found"}))

    def test_a_named_stage_is_part_of_the_path(self):
        event = json.loads(self.get("/dev/pets/1").text)
        self.assertEqual((event["rawPath"], event["requestContext"]["stage"]), ("/dev/pets/1", "dev"))
        self.assertEqual(event["stageVariables"], {"v": "1"})
        event = json.loads(request("GET", f"/_api/{self.api}/pets/1").text)
        self.assertEqual(event["requestContext"]["stage"], "$default")

    def test_an_answer_without_status_is_the_body(self):
        answer = self.get("/inferred", "POST", body='{"a": 1}', headers={"Content-Type": "application/json"})
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "application/json"))
        event = json.loads(answer.text)
        self.assertEqual((event["body"], event["isBase64Encoded"]), ('{"a": 1}', False))
        form = json.loads(self.get("/inferred", "POST", body="a=1", headers={"Content-Type": "application/x-www-form-urlencoded"}).text)
        self.assertEqual((form["body"], form["isBase64Encoded"]), (base64.b64encode(b"a=1").decode(), True))

    def test_a_failing_function_is_a_500(self):
        answer = self.get("/pets/1?raise=1")
        self.assertEqual((answer.status, json.loads(answer.text)), (500, {"message": "Internal Server Error"}))

    def test_cors_is_the_apis(self):
        answer = self.get("/pets/1", "OPTIONS", headers={"Origin": "https://example.com", "Access-Control-Request-Method": "GET"})
        self.assertEqual(answer.status, 204)
        self.assertEqual({name: answer.getheader("Access-Control-" + name) for name in ["Allow-Origin", "Allow-Methods", "Allow-Headers", "Max-Age"]},
                         {"Allow-Origin": "https://example.com", "Allow-Methods": "GET", "Allow-Headers": "x-a", "Max-Age": "60"})
        self.assertIsNone(self.get("/pets/1", headers={"Origin": "https://evil.com"}).getheader("Access-Control-Allow-Origin"))

    def test_quick_create_is_one_call(self):
        made = self.client.create_api(Name="quick", ProtocolType="HTTP", Target=plain)
        event = json.loads(request("GET", "/x", host_of(made["ApiId"])).text)
        self.assertEqual((event["routeKey"], event["rawPath"]), ("$default", "/x"))
        self.client.delete_api(ApiId=made["ApiId"])
        self.assertEqual(request("GET", "/x", host_of(made["ApiId"])).status, 403)


class WebSocketApis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = client = cloud.client("apigatewayv2")
        # In a file: calls at once run in processes of their own.
        cls.recorder = make_native(cloud, role, "recorder", f"""
import json
def handle(event, context):
    with open({str(cloud.state / "recorded")!r}, "a+") as seen:
        if "recall" in event:
            seen.seek(0)
            return [json.loads(line) for line in seen]
        seen.write(json.dumps(event) + chr(10))
    return {{"statusCode": 200, "body": "answer to " + event.get("body", "")}}
""")
        let_apis_call(cloud, "recorder")
        made = client.create_api(Name="socket", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
        cls.api = made["ApiId"]
        cls.endpoint = made["ApiEndpoint"]
        client.create_route(ApiId=cls.api, RouteKey="$connect", AuthorizationType="AWS_IAM")
        mock = client.create_integration(ApiId=cls.api, IntegrationType="MOCK", TemplateSelectionExpression="200",
                                         RequestTemplates={"200": '{"statusCode":200}'})["IntegrationId"]
        client.create_integration_response(ApiId=cls.api, IntegrationId=mock, IntegrationResponseKey="$default",
                                           TemplateSelectionExpression="200",
                                           ResponseTemplates={"200": '{"type":"hello","id":"$context.connectionId"}'})
        hello = client.create_route(ApiId=cls.api, RouteKey="hello", Target=f"integrations/{mock}",
                                    RouteResponseSelectionExpression="$default")["RouteId"]
        client.create_route_response(ApiId=cls.api, RouteId=hello, RouteResponseKey="$default")
        client.create_route(ApiId=cls.api, RouteKey="silent", Target=f"integrations/{mock}")
        function = client.create_integration(ApiId=cls.api, IntegrationType="AWS_PROXY", IntegrationUri=uri_of(cls.recorder))["IntegrationId"]
        for key in ["oneway", "$disconnect"]:
            client.create_route(ApiId=cls.api, RouteKey=key, Target=f"integrations/{function}")
        twoway = client.create_route(ApiId=cls.api, RouteKey="twoway", Target=f"integrations/{function}",
                                     RouteResponseSelectionExpression="$default")["RouteId"]
        client.create_route_response(ApiId=cls.api, RouteId=twoway, RouteResponseKey="$default")
        client.create_stage(ApiId=cls.api, StageName="dev", AutoDeploy=True)
        cls.management = cloud.client("apigatewaymanagementapi", endpoint=f"{cloud.endpoint}/_api/{cls.api}/dev")

    def connect(self, secret="test", sign=True, presign=False, stage="dev", api=None, **options):
        api = api or self.api
        url = f"http://{host_of(api)}/{stage}"
        headers, query = {}, ""
        if presign:
            signed = botocore.awsrequest.AWSRequest(method="GET", url=url)
            botocore.auth.SigV4QueryAuth(botocore.credentials.Credentials("test", secret), "execute-api", REGION, expires=60).add_auth(signed)
            query = "?" + urllib.parse.urlsplit(signed.url).query
        elif sign:
            headers = signed_headers(url, secret=secret)
        return websockets.connect(f"ws://{host_of(api)}/{stage}{query}", host="127.0.0.1", port=cloud.port,
                                  extra_headers=headers, max_size=2**20, compression=None, **options)

    async def hello(self, socket):
        await socket.send('{"action":"hello"}')
        return json.loads(await asyncio.wait_for(socket.recv(), 5))["id"]

    def run_async(self, work):
        asyncio.run(asyncio.wait_for(work, 60))

    def test_the_endpoint_is_aws_own(self):
        self.assertEqual(self.endpoint, f"wss://{host_of(self.api)}")
        self.assertRegex(self.api, "^[a-z0-9]{10}$")

    def test_a_mock_route_tells_a_client_its_connection_id(self):
        async def work():
            async with self.connect() as a, self.connect(presign=True) as b:
                first, second = await self.hello(a), await self.hello(b)
                self.assertRegex(first, r"^[A-Za-z0-9_-]{15}=$")
                self.assertNotEqual(first, second)
        self.run_async(work())

    def test_connect_wants_a_good_signature(self):
        async def work():
            for options in [dict(sign=False), dict(secret="wrong"), dict(presign=True, secret="wrong"), dict(stage="none")]:
                with self.assertRaises(websockets.InvalidStatusCode) as refused:
                    async with self.connect(**options):
                        pass
                self.assertEqual(refused.exception.status_code, 403, options)
        self.run_async(work())

    def test_messages_go_between_connections(self):
        async def work():
            async with self.connect() as socket:
                connection = await self.hello(socket)
                await asyncio.to_thread(self.management.post_to_connection, ConnectionId=connection, Data=b"one")
                await asyncio.to_thread(self.management.post_to_connection, ConnectionId=connection, Data="zwei ü".encode())
                self.assertEqual([await socket.recv(), await socket.recv()], ["one", "zwei ü"])
                largest = b"x" * 131_072
                await asyncio.to_thread(self.management.post_to_connection, ConnectionId=connection, Data=largest)
                self.assertEqual(await socket.recv(), largest.decode())
                with self.assertRaises(ClientError) as refused:
                    await asyncio.to_thread(self.management.post_to_connection, ConnectionId=connection, Data=largest + b"x")
                self.assertEqual(refused.exception.response["Error"]["Code"], "PayloadTooLargeException")
                self.assertEqual(refused.exception.response["ResponseMetadata"]["HTTPStatusCode"], 413)
                seen = await asyncio.to_thread(self.management.get_connection, ConnectionId=connection)
                self.assertEqual(seen["Identity"]["SourceIp"], "127.0.0.1")
                await asyncio.to_thread(self.management.delete_connection, ConnectionId=connection)
                with self.assertRaises(websockets.ConnectionClosed):
                    await socket.recv()
                with self.assertRaises(ClientError) as gone:
                    await asyncio.to_thread(self.management.post_to_connection, ConnectionId=connection, Data=b"late")
                self.assertEqual(gone.exception.response["Error"]["Code"], "GoneException")
                self.assertEqual(gone.exception.response["ResponseMetadata"]["HTTPStatusCode"], 410)
        self.run_async(work())

    def test_the_management_api_has_its_errors(self):
        for connection, secret, code, status in [("never-was-here_=", "test", "GoneException", 410),
                                                 ("malformed", "test", "BadRequestException", 400),
                                                 ("never-was-here_=", "wrong", None, 403)]:
            client = cloud.client("apigatewaymanagementapi", endpoint=f"{cloud.endpoint}/_api/{self.api}/dev", secret=secret)
            with self.assertRaises(ClientError) as refused:
                client.post_to_connection(ConnectionId=connection, Data=b"x")
            self.assertEqual(refused.exception.response["ResponseMetadata"]["HTTPStatusCode"], status)
            if code:
                self.assertEqual(refused.exception.response["Error"]["Code"], code)

    def test_the_apis_own_host_name_manages_too(self):
        async def work():
            async with self.connect() as socket:
                connection = await self.hello(socket)
                path = f"/dev/%40connections/{urllib.parse.quote(connection, safe='')}"
                headers = signed_headers(f"http://{host_of(self.api)}{path}", "POST", body=b"hi")
                answer = await asyncio.to_thread(request, "POST", path, host_of(self.api), b"hi", headers)
                self.assertEqual((answer.status, await socket.recv()), (200, "hi"))
        self.run_async(work())

    def test_what_has_no_route_is_forbidden(self):
        async def work():
            async with self.connect() as socket:
                connection = await self.hello(socket)
                for text in ["no json", '{"action":"unknown"}', '{"other":1}', '{"action":"$connect"}']:
                    await socket.send(text)
                    answer = json.loads(await socket.recv())
                    self.assertEqual(answer, {"message": "Forbidden", "connectionId": connection, "requestId": answer["requestId"]})
        self.run_async(work())

    def test_an_answer_needs_a_route_response(self):
        async def work():
            async with self.connect() as socket:
                connection = await self.hello(socket)
                await socket.send('{"action":"silent"}')
                await socket.send('{"action":"oneway"}')
                await socket.send('{"action":"twoway"}')
                self.assertEqual(await socket.recv(), 'answer to {"action":"twoway"}')
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(socket.recv(), 0.3)
            seen = []
            for _ in range(50):
                answer = await asyncio.to_thread(cloud.client("lambda").invoke, FunctionName="recorder", Payload=b'{"recall":1}')
                seen = [e for e in json.loads(answer["Payload"].read()) if e["requestContext"]["connectionId"] == connection]
                if any(e["requestContext"]["eventType"] == "DISCONNECT" for e in seen):
                    break
                await asyncio.sleep(0.1)
            message = next(e for e in seen if e["requestContext"]["eventType"] == "MESSAGE")
            self.assertEqual((message["requestContext"]["apiId"], message["requestContext"]["stage"], message["isBase64Encoded"]),
                             (self.api, "dev", False))
            self.assertIn("messageId", message["requestContext"])
            last = next(e for e in seen if e["requestContext"]["eventType"] == "DISCONNECT")
            self.assertEqual((last["requestContext"]["routeKey"], last["requestContext"]["disconnectStatusCode"]), ("$disconnect", 1000))
        self.run_async(work())

    def test_limits_close_the_connection_as_on_aws(self):
        async def work():
            for message, code in [(b"binary", 1003), ("x" * 40_000, 1009)]:
                async with self.connect() as socket:
                    await self.hello(socket)
                    await socket.send(message)
                    with self.assertRaises(websockets.ConnectionClosed) as closed:
                        await asyncio.wait_for(socket.recv(), 5)
                    self.assertEqual(closed.exception.code, code)
            async with self.connect() as socket:  # frames of 32 KB make messages of 128 KB
                await socket.send(['{"action":"hello","pad":"'] + ["x" * 32_000] * 4 + ['"}'])
                self.assertIn("hello", await socket.recv())
                await socket.send(["x" * 32_000] * 5)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await asyncio.wait_for(socket.recv(), 5)
                self.assertEqual(closed.exception.code, 1009)
        self.run_async(work())

    def test_a_connect_function_decides(self):
        client = self.client
        gate = make_native(cloud, role, "gate", """
def handle(event, context):
    assert event["requestContext"]["eventType"] == "CONNECT"
    return {"statusCode": 200 if (event.get("queryStringParameters") or {}).get("key") == "open" else 403}
""")
        let_apis_call(cloud, "gate")
        api = client.create_api(Name="gated", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")["ApiId"]
        target = client.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri_of(gate))["IntegrationId"]
        client.create_route(ApiId=api, RouteKey="$connect", Target=f"integrations/{target}")
        deployment = client.create_deployment(ApiId=api)["DeploymentId"]
        client.create_stage(ApiId=api, StageName="s", DeploymentId=deployment)

        async def work():
            async with self.connect(api=api, stage="s?key=open", sign=False):
                pass
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                async with self.connect(api=api, stage="s", sign=False):
                    pass
            self.assertEqual(refused.exception.status_code, 403)
        self.run_async(work())
        client.delete_stage(ApiId=api, StageName="s")
        client.delete_api(ApiId=api)

    def test_the_actions_give_what_was_put(self):
        client = self.client
        routes = {route["RouteKey"]: route for route in client.get_routes(ApiId=self.api)["Items"]}
        self.assertEqual(routes["$connect"]["AuthorizationType"], "AWS_IAM")
        listed = cloud.aws("apigatewayv2", "get-routes", "--api-id", self.api)["Items"]
        self.assertEqual(len(listed), len(routes))
        self.assertEqual(client.get_stage(ApiId=self.api, StageName="dev")["AutoDeploy"], True)
        self.assertEqual(len(client.get_deployments(ApiId=self.api)["Items"]), 1)
        for refused in [dict(AuthorizationType="JWT", RouteKey="x"), dict(RouteKey="hello"),
                        dict(RouteKey="y", AuthorizationType="AWS_IAM"), dict(RouteKey="z", Target="integrations/none")]:
            with self.assertRaises(ClientError):
                client.create_route(ApiId=self.api, **refused)
        integration = client.get_integrations(ApiId=self.api)["Items"][0]["IntegrationId"]
        with self.assertRaises(client.exceptions.BadRequestException) as directive:
            client.create_integration_response(ApiId=self.api, IntegrationId=integration, IntegrationResponseKey="/500/",
                                               ResponseTemplates={"x": "#set($a = 1)"})
        self.assertIn("#set", str(directive.exception))
        with self.assertRaises(client.exceptions.NotFoundException):
            client.get_api(ApiId="nonesuch00")

    def test_apis_outlive_a_restart(self):
        cloud.restart()
        type(self).client = cloud.client("apigatewayv2")
        type(self).management = cloud.client("apigatewaymanagementapi", endpoint=f"{cloud.endpoint}/_api/{self.api}/dev")

        async def work():
            async with self.connect() as socket:
                await self.hello(socket)
        self.run_async(work())


if __name__ == "__main__":
    unittest.main()
