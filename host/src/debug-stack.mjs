// The debug stack: the WebSocket API that carries invocations, the row that says who is connected, the bucket for
// large payloads. No Lambda in it. Made of generic resources, so that any CDK library can build it.

/**
 * @param {any} cdk the library: aws-cdk-lib or @aws-cdk/core
 * @param {any} app
 * @param {{ stage: string, name: string, region: string, account?: string }} props
 * @param {((app: any, stack: any, props: { stage: string }) => unknown) | undefined} hook the user's
 */
export async function debugStack(cdk, app, { stage, name, region, account }, hook) {
  const stackName = `${stage}-${name}-debug-stack`;
  const stack = new cdk.Stack(app, "debug-stack", {
    stackName,
    description: `Live Lambda: carries the invocations of ${name}, stage ${stage}, to the developer's machine`,
    env: { region, account },
  });
  /** @param {string} id @param {string} type @param {object} properties */
  const add = (id, type, properties) => new cdk.CfnResource(stack, id, { type, properties });
  /** @param {any} resource @param {"MAP" | "STANDARD"} form */
  const tagged = (resource, form) => taggable(cdk, resource, form);

  const api = tagged(socket(add, stackName), "MAP");
  const routes = addRoutes(add, cdk, api);
  const deployed = add("Stage", "AWS::ApiGatewayV2::Stage", {
    ApiId: api.ref,
    StageName: "live",
    AutoDeploy: true,
    DefaultRouteSettings: { LoggingLevel: "OFF", DataTraceEnabled: false },
  });
  tagged(deployed, "MAP");
  for (const route of routes) depend(deployed, route);
  const table = tagged(addTable(add), "STANDARD");
  const bucket = tagged(addBucket(add), "STANDARD");
  protect(add, cdk, bucket);

  const { URL_SUFFIX, REGION } = cdk.Aws;
  const url = `wss://${api.ref}.execute-api.${REGION}.${URL_SUFFIX}/live`;
  new cdk.CfnOutput(stack, "Url", { value: url, description: "The WebSocket API" });
  new cdk.CfnOutput(stack, "Table", { value: table.ref, description: "Who is connected" });
  new cdk.CfnOutput(stack, "Bucket", { value: bucket.ref, description: "Large payloads, and the stage key" });
  await hook?.(app, stack, { stage });
}

/** Tags of the app reach a generic resource too. @param {any} cdk @param {any} resource @param {"MAP" | "STANDARD"} form */
function taggable(cdk, resource, form) {
  const tags = new cdk.TagManager(cdk.TagType[form], resource.cfnResourceType, undefined, { tagPropertyName: "Tags" });
  const render = resource.renderProperties;
  /** @param {any} given */
  const renderProperties = (given) => {
    const { Tags, ...rest } = render.call(resource, given);
    if (Tags === undefined) return rest;
    const spelled = form === "MAP" ? Tags : Tags.map((/** @type {any} */ t) => ({ Key: t.key, Value: t.value }));
    return { ...rest, Tags: spelled };
  };
  return Object.assign(resource, { tags, renderProperties });
}

/** @typedef {(id: string, type: string, properties: object) => any} Add */

/** @param {Add} add @param {string} name */
function socket(add, name) {
  return add("Api", "AWS::ApiGatewayV2::Api", {
    Name: name,
    ProtocolType: "WEBSOCKET",
    RouteSelectionExpression: "$request.body.type",
  });
}

/** `hello` answers with the caller's own connection id. @param {Add} add @param {any} cdk @param {any} api */
function addRoutes(add, cdk, api) {
  const ApiId = api.ref;
  const connect = add("Connect", "AWS::ApiGatewayV2::Route", {
    ApiId,
    RouteKey: "$connect",
    AuthorizationType: "AWS_IAM",
  });
  const integration = add("HelloIntegration", "AWS::ApiGatewayV2::Integration", {
    ApiId,
    IntegrationType: "MOCK",
    TemplateSelectionExpression: "200",
    RequestTemplates: { 200: '{"statusCode":200}' },
  });
  const answer = add("HelloAnswer", "AWS::ApiGatewayV2::IntegrationResponse", {
    ApiId,
    IntegrationId: integration.ref,
    IntegrationResponseKey: "$default",
    TemplateSelectionExpression: "200",
    ResponseTemplates: { 200: '{"type":"hello","connectionId":"$context.connectionId"}' },
  });
  const hello = add("Hello", "AWS::ApiGatewayV2::Route", {
    ApiId,
    RouteKey: "hello",
    Target: cdk.Fn.join("/", ["integrations", integration.ref]),
    RouteResponseSelectionExpression: "$default",
  });
  const response = add("HelloResponse", "AWS::ApiGatewayV2::RouteResponse", {
    ApiId,
    RouteId: hello.ref,
    RouteResponseKey: "$default",
  });
  return [connect, answer, hello, response];
}

/** @param {Add} add */
function addTable(add) {
  return add("Connections", "AWS::DynamoDB::Table", {
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
  });
}

/** @param {Add} add */
function addBucket(add) {
  return add("Payloads", "AWS::S3::Bucket", {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: {
      Rules: [
        {
          Id: "payloads",
          Prefix: "payloads/",
          Status: "Enabled",
          ExpirationInDays: 1,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
    },
  });
}

/** Nothing but TLS reaches the bucket. @param {Add} add @param {any} cdk @param {any} bucket */
function protect(add, cdk, bucket) {
  const arn = bucket.getAtt("Arn").toString();
  add("PayloadsPolicy", "AWS::S3::BucketPolicy", {
    Bucket: bucket.ref,
    PolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: "s3:*",
          Resource: [arn, cdk.Fn.join("/", [arn, "*"])],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    },
  });
}

/** 2.x renamed it. @param {any} resource @param {any} on */
function depend(resource, on) {
  if (typeof resource.addResourceDependency === "function") resource.addResourceDependency(on);
  else resource.addDependency ? resource.addDependency(on) : resource.addDependsOn(on);
}
