#!/usr/bin/env node
// Writes src/cloud/cloudformation/resources/accepted_types.json anew: the resource types of services that the embedded
// AWS does not run and whose place in a stack it keeps all the same. What they are made of is AWS's own schema, by way
// of the CDK's service specification.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const require = createRequire(path.join(root, "host/package.json"));
const { loadAwsServiceSpecSync } = createRequire(require.resolve("@aws-cdk/cloudformation-diff"))("@aws-cdk/aws-service-spec");

const services =
  /^AWS::(AppConfig|AppSync|ApplicationAutoScaling|Athena|Bedrock|CertificateManager|CloudFront|CloudTrail|CloudWatch|CodeBuild|CodeDeploy|CodePipeline|Cognito|DynamoDB|ECS|EFS|ElastiCache|ElasticLoadBalancingV2|EventSchemas|Events|Glue|IoT|KMS|Kinesis|KinesisFirehose|Lambda|Logs|OpenSearchServerless|OpenSearchService|Pipes|RDS|ResourceGroups|Route53|S3Tables|S3Vectors|SES|SNS|SQS|Scheduler|SecretsManager|ServiceDiscovery|Signer|SSM|StepFunctions|Synthetics|Timestream|VerifiedPermissions|VpcLattice|WAFv2|XRay)::/;
const network =
  /^AWS::EC2::(DHCPOptions|EIP|EIPAssociation|EgressOnlyInternetGateway|FlowLog|GatewayRouteTableAssociation|InternetGateway|NatGateway|NetworkAcl|NetworkAclEntry|NetworkInterface|PrefixList|Route|RouteTable|SecurityGroup|SecurityGroupEgress|SecurityGroupIngress|Subnet|SubnetCidrBlock|SubnetNetworkAclAssociation|SubnetRouteTableAssociation|VPC|VPCCidrBlock|VPCDHCPOptionsAssociation|VPCEndpoint|VPCEndpointService|VPCGatewayAttachment|VPCPeeringConnection)$/;
const single = /^AWS::(ApiGateway::(VpcLink|UsagePlan|UsagePlanKey|ApiKey|Authorizer|RequestValidator|DomainName|BasePathMapping|GatewayResponse|Model)|ApiGatewayV2::(VpcLink|DomainName|ApiMapping|Authorizer)|IAM::(InstanceProfile|OIDCProvider|SAMLProvider|ServiceLinkedRole)|S3::AccessPoint)$/;

// Identifiers that people know by their looks; ${Hex} is drawn, the others are the resource's own.
const forms = {
  "AWS::EC2::EIP": { PublicIp: "203.0.113.1", AllocationId: "eipalloc-${Hex}" },
  "AWS::EC2::FlowLog": { Id: "fl-${Hex}" },
  "AWS::EC2::InternetGateway": { InternetGatewayId: "igw-${Hex}" },
  "AWS::EC2::NatGateway": { NatGatewayId: "nat-${Hex}" },
  "AWS::EC2::NetworkAcl": { Id: "acl-${Hex}" },
  "AWS::EC2::RouteTable": { RouteTableId: "rtb-${Hex}" },
  "AWS::EC2::SecurityGroup": { Id: "sg-${Hex}", GroupId: "${Id}" },
  "AWS::EC2::Subnet": { SubnetId: "subnet-${Hex}" },
  "AWS::EC2::VPC": { VpcId: "vpc-${Hex}" },
  "AWS::EC2::VPCEndpoint": { Id: "vpce-${Hex}" },
  "AWS::EFS::AccessPoint": { AccessPointId: "fsap-${Hex}" },
  "AWS::EFS::FileSystem": { FileSystemId: "fs-${Hex}" },
  "AWS::CloudFront::Distribution": { DomainName: "${Id}.cloudfront.net" },
  "AWS::KMS::Key": { KeyId: "${Uuid}" },
  "AWS::SQS::Queue": { QueueUrl: "https://sqs.${Region}.${URLSuffix}/${Account}/${QueueName}" },
  "AWS::SecretsManager::Secret": { Id: "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${Name}-${Random}" },
};

const kinds = { array: "list", boolean: "boolean", integer: "number", number: "number" };
const replaces = ({ causesReplacement }) => causesReplacement === "yes";
const names = (members, wanted = () => true) => Object.keys(members).filter((name) => wanted(members[name])).sort();

function line(type) {
  const attributes = Object.fromEntries(names(type.attributes).map((name) => [name, kinds[type.attributes[name].type.type] ?? "text"]));
  const tags = type.tagInformation && { tags: [type.tagInformation.tagPropertyName, type.tagInformation.variant === "map" ? "map" : "list"] };
  const known = {
    ref: type.cfnRefIdentifier ?? type.primaryIdentifier ?? [],
    attributes,
    updates: names(type.properties, (one) => !replaces(one)),
    replaces: names(type.properties, replaces),
    required: names(type.properties, (one) => one.required),
    ...tags,
    ...(type.arnTemplate && { arn: type.arnTemplate }),
    ...(forms[type.cloudFormationType] && { forms: forms[type.cloudFormationType] }),
  };
  return `${JSON.stringify(type.cloudFormationType)}: ${JSON.stringify(known)}`;
}

const wanted = [...loadAwsServiceSpecSync().all("resource")]
  .filter(({ cloudFormationType: name }) => services.test(name) || network.test(name) || single.test(name))
  .sort((a, b) => (a.cloudFormationType < b.cloudFormationType ? -1 : 1));
const file = path.join(root, "src/cloud/cloudformation/resources/accepted_types.json");
writeFileSync(file, `{\n${wanted.map(line).join(",\n")}\n}\n`);
console.log(`${wanted.length} types in ${path.relative(root, file)}`);
