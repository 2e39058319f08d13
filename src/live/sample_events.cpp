// After the developer guides of AWS Lambda and of the services: the members, their order and their types are
// theirs.
#include "live/sample_events.h"

namespace live {
namespace {

constexpr SampleText kTexts[] = {
    {"sns", R"({
  "Records": [{
    "EventVersion": "1.0",
    "EventSubscriptionArn": "arn:${partition}:sns:${region}:${account}:${topic}:21be56ed-a058-49f5-8c98-aedd2564c486",
    "EventSource": "aws:sns",
    "Sns": {
      "SignatureVersion": "1",
      "Timestamp": "${time}",
      "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==",
      "SigningCertUrl": "https://sns.${region}.amazonaws.com/SimpleNotificationService-ac565b8b1a6c5d002d285f9598aa1d9b.pem",
      "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
      "Message": "Hello from SNS!",
      "MessageAttributes": {
        "Test": { "Type": "String", "Value": "TestString" },
        "TestBinary": { "Type": "Binary", "Value": "TestBinary" }
      },
      "Type": "Notification",
      "UnsubscribeUrl": "https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:${partition}:sns:${region}:${account}:${topic}:21be56ed-a058-49f5-8c98-aedd2564c486",
      "TopicArn": "arn:${partition}:sns:${region}:${account}:${topic}",
      "Subject": "TestInvoke"
    }
  }]
})"},
    {"sqs", R"({
  "Records": [{
    "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
    "body": "Test message.",
    "attributes": {
      "ApproximateReceiveCount": "1",
      "SentTimestamp": "${millis}",
      "SenderId": "AIDAIENQZJOLO23YVJ4VO",
      "ApproximateFirstReceiveTimestamp": "${millis}"
    },
    "messageAttributes": {
      "myAttribute": {
        "stringValue": "myValue",
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": "String"
      }
    },
    "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
    "eventSource": "aws:sqs",
    "eventSourceARN": "arn:${partition}:sqs:${region}:${account}:${queue}",
    "awsRegion": "${region}"
  }]
})"},
    {"s3", R"({
  "Records": [{
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "awsRegion": "${region}",
    "eventTime": "${time}",
    "eventName": "ObjectCreated:Put",
    "userIdentity": { "principalId": "AWS:AIDAINPONIXQXHT3IKHL2" },
    "requestParameters": { "sourceIPAddress": "205.255.255.255" },
    "responseElements": {
      "x-amz-request-id": "D82B88E5F771F645",
      "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo="
    },
    "s3": {
      "s3SchemaVersion": "1.0",
      "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
      "bucket": {
        "name": "${bucket}",
        "ownerIdentity": { "principalId": "A3I5XTEXAMAI3E" },
        "arn": "arn:${partition}:s3:::${bucket}"
      },
      "object": {
        "key": "b21b84d653bb07b05b1e6b33684dc11b",
        "size": 1305107,
        "eTag": "b21b84d653bb07b05b1e6b33684dc11b",
        "sequencer": "0C0F6F405D6ED209E1"
      }
    }
  }]
})"},
    {"apigw", R"({
  "resource": "/my/path",
  "path": "/my/path",
  "httpMethod": "GET",
  "headers": { "header1": "value1", "header2": "value2" },
  "multiValueHeaders": { "header1": ["value1"], "header2": ["value1", "value2"] },
  "queryStringParameters": { "parameter1": "value1", "parameter2": "value" },
  "multiValueQueryStringParameters": { "parameter1": ["value1", "value2"], "parameter2": ["value"] },
  "requestContext": {
    "accountId": "${account}",
    "apiId": "${api}",
    "authorizer": { "claims": null, "scopes": null },
    "domainName": "${api}.execute-api.${region}.amazonaws.com",
    "domainPrefix": "${api}",
    "extendedRequestId": "request-id",
    "httpMethod": "GET",
    "identity": {
      "accessKey": null,
      "accountId": null,
      "caller": null,
      "cognitoAuthenticationProvider": null,
      "cognitoAuthenticationType": null,
      "cognitoIdentityId": null,
      "cognitoIdentityPoolId": null,
      "principalOrgId": null,
      "sourceIp": "192.0.2.1",
      "user": null,
      "userAgent": "user-agent",
      "userArn": null
    },
    "path": "/${stage}/my/path",
    "protocol": "HTTP/1.1",
    "requestId": "id=",
    "requestTime": "${request_time}",
    "requestTimeEpoch": ${millis},
    "resourceId": null,
    "resourcePath": "/my/path",
    "stage": "${stage}"
  },
  "pathParameters": null,
  "stageVariables": null,
  "body": null,
  "isBase64Encoded": false
})"},
    {"apigw-v2", R"({
  "version": "2.0",
  "routeKey": "$default",
  "rawPath": "/my/path",
  "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
  "cookies": ["cookie1", "cookie2"],
  "headers": { "header1": "value1", "header2": "value1,value2" },
  "queryStringParameters": { "parameter1": "value1,value2", "parameter2": "value" },
  "requestContext": {
    "accountId": "${account}",
    "apiId": "${api}",
    "domainName": "${api}.execute-api.${region}.amazonaws.com",
    "domainPrefix": "${api}",
    "http": {
      "method": "POST",
      "path": "/my/path",
      "protocol": "HTTP/1.1",
      "sourceIp": "192.0.2.1",
      "userAgent": "agent"
    },
    "requestId": "id",
    "routeKey": "$default",
    "stage": "$default",
    "time": "${request_time}",
    "timeEpoch": ${millis}
  },
  "body": "Hello from client!",
  "pathParameters": { "parameter1": "value1" },
  "isBase64Encoded": false,
  "stageVariables": { "stageVariable1": "value1", "stageVariable2": "value2" }
})"},
    {"function-url", R"({
  "version": "2.0",
  "routeKey": "$default",
  "rawPath": "/my/path",
  "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
  "cookies": ["cookie1", "cookie2"],
  "headers": { "header1": "value1", "header2": "value1,value2" },
  "queryStringParameters": { "parameter1": "value1,value2", "parameter2": "value" },
  "requestContext": {
    "accountId": "anonymous",
    "apiId": "<urlid>",
    "domainName": "<url-id>.lambda-url.${region}.on.aws",
    "domainPrefix": "<url-id>",
    "http": {
      "method": "POST",
      "path": "/my/path",
      "protocol": "HTTP/1.1",
      "sourceIp": "192.0.2.1",
      "userAgent": "agent"
    },
    "requestId": "id",
    "routeKey": "$default",
    "stage": "$default",
    "time": "${request_time}",
    "timeEpoch": ${millis}
  },
  "body": "Hello from client!",
  "isBase64Encoded": false
})"},
    {"websocket", R"({
  "requestContext": {
    "routeKey": "$default",
    "messageId": "AyzQsQuIuHcCFHQ=",
    "eventType": "MESSAGE",
    "extendedRequestId": "AyzQsQuIvHcFSUg=",
    "requestTime": "${request_time}",
    "messageDirection": "IN",
    "stage": "${stage}",
    "connectedAt": ${millis},
    "requestTimeEpoch": ${millis},
    "identity": { "sourceIp": "192.0.2.1" },
    "requestId": "AyzQsQuIvHcFSUg=",
    "domainName": "${api}.execute-api.${region}.amazonaws.com",
    "connectionId": "AyzQsQuIvHcCFHQ=",
    "apiId": "${api}"
  },
  "body": "{\"action\":\"hello\"}",
  "isBase64Encoded": false
})"},
    {"alb", R"({
  "requestContext": {
    "elb": {
      "targetGroupArn": "arn:${partition}:elasticloadbalancing:${region}:${account}:targetgroup/lambda-279XGJDqGZ5rsrHC2Fjr/49e9d65c45c6791a"
    }
  },
  "httpMethod": "GET",
  "path": "/lambda",
  "queryStringParameters": { "query": "1234ABCD" },
  "headers": {
    "accept": "text/html,application/xhtml+xml",
    "accept-encoding": "gzip",
    "host": "lambda-alb-123578498.${region}.elb.amazonaws.com",
    "user-agent": "agent",
    "x-amzn-trace-id": "Root=1-5c536348-3d683b8b04734faae651f476",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-port": "80",
    "x-forwarded-proto": "http"
  },
  "body": "",
  "isBase64Encoded": false
})"},
    {"dynamodb", R"({
  "Records": [
    {
      "eventID": "1",
      "eventVersion": "1.0",
      "dynamodb": {
        "ApproximateCreationDateTime": ${seconds},
        "Keys": { "Id": { "N": "101" } },
        "NewImage": { "Message": { "S": "New item!" }, "Id": { "N": "101" } },
        "StreamViewType": "NEW_AND_OLD_IMAGES",
        "SequenceNumber": "111",
        "SizeBytes": 26
      },
      "awsRegion": "${region}",
      "eventName": "INSERT",
      "eventSourceARN": "arn:${partition}:dynamodb:${region}:${account}:table/${table}/stream/2024-06-10T19:26:16.525",
      "eventSource": "aws:dynamodb"
    },
    {
      "eventID": "2",
      "eventVersion": "1.0",
      "dynamodb": {
        "ApproximateCreationDateTime": ${seconds},
        "OldImage": { "Message": { "S": "New item!" }, "Id": { "N": "101" } },
        "SequenceNumber": "222",
        "Keys": { "Id": { "N": "101" } },
        "SizeBytes": 59,
        "NewImage": { "Message": { "S": "This item has changed" }, "Id": { "N": "101" } },
        "StreamViewType": "NEW_AND_OLD_IMAGES"
      },
      "awsRegion": "${region}",
      "eventName": "MODIFY",
      "eventSourceARN": "arn:${partition}:dynamodb:${region}:${account}:table/${table}/stream/2024-06-10T19:26:16.525",
      "eventSource": "aws:dynamodb"
    }
  ]
})"},
    {"kinesis", R"({
  "Records": [{
    "kinesis": {
      "kinesisSchemaVersion": "1.0",
      "partitionKey": "1",
      "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
      "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
      "approximateArrivalTimestamp": ${seconds}.987
    },
    "eventSource": "aws:kinesis",
    "eventVersion": "1.0",
    "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
    "eventName": "aws:kinesis:record",
    "invokeIdentityArn": "arn:${partition}:iam::${account}:role/lambda-role",
    "awsRegion": "${region}",
    "eventSourceARN": "arn:${partition}:kinesis:${region}:${account}:stream/${stream}"
  }]
})"},
    {"eventbridge", R"({
  "version": "0",
  "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "EC2 Instance State-change Notification",
  "source": "aws.ec2",
  "account": "${account}",
  "time": "${second}",
  "region": "${region}",
  "resources": ["arn:${partition}:ec2:${region}:${account}:instance/i-1234567890abcdef0"],
  "detail": { "instance-id": "i-1234567890abcdef0", "state": "terminated" }
})"},
    {"scheduled", R"({
  "version": "0",
  "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
  "detail-type": "Scheduled Event",
  "source": "aws.events",
  "account": "${account}",
  "time": "${second}",
  "region": "${region}",
  "resources": ["arn:${partition}:events:${region}:${account}:rule/my-scheduled-rule"],
  "detail": {}
})"},
    {"cloudwatch-logs", R"({
  "awslogs": {
    "data": "H4sIAAAAAAACA6WQT2vCQBDFv4osPVoys//XW8DopaVgcpNQNslGAiaR7FoR8bt3Y/HSW+llYOY95vdmbqR33tuDK64nR1ZknRbp53uW5+k2I0syXgY3xTFSxoVU2gDSOD6Oh+00nk9RSezFJ0fbV41N+utrex7q0I3DjykPk7N9dFGgMkFMYt2/vKVFlhelU7JVinIFteUWGuvQqVbz2jhsWTVz/Lny9dSd5o2b7hjc5MlqT2bOoyPlA5N9uSHMyo10TaQxNIIhSAnSSGk0Y0prMEAFKKOBU0TkjGojUXDKqdGUopA6EkMX/xFsH09DCUYIKbkAgOXzT3H9PtvtPnblYtNNPixC9C+e4n35vwjmjxFyV49D8ytDef8GRfx7atYBAAA="
  }
})"},
    {"cognito", R"({
  "version": "1",
  "region": "${region}",
  "userPoolId": "${user_pool}",
  "userName": "jane",
  "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789" },
  "triggerSource": "PreSignUp_SignUp",
  "request": {
    "userAttributes": { "email": "jane@example.com" },
    "validationData": null
  },
  "response": { "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false }
})"},
};

}  // namespace

const std::span<const SampleText> kSampleEvents{kTexts};

}  // namespace live
