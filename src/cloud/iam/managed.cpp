#include "cloud/iam/managed.h"

#include <fmt/format.h>

namespace live::cloud {

namespace {

struct Entry {
  std::string_view path_and_name;
  std::string_view actions;          // separated by spaces
  std::string_view resources = "*";  // likewise
};

// What each allows, reduced to the services that exist here.
constexpr Entry entries[] = {
    {"/AdministratorAccess", "*"},
    {"/PowerUserAccess",
     "apigateway:* cloudformation:* cloudwatch:* dynamodb:* ecr:* events:* execute-api:* kms:* "
     "lambda:* logs:* s3:* secretsmanager:* sns:* sqs:* ssm:* states:* sts:* xray:*"},
    {"/ReadOnlyAccess",
     "apigateway:GET cloudformation:Describe* cloudformation:Get* cloudformation:List* "
     "dynamodb:BatchGet* dynamodb:Describe* dynamodb:Get* dynamodb:List* dynamodb:Query "
     "dynamodb:Scan ec2:Describe* ecr:Describe* ecr:Get* ecr:List* iam:Get* iam:List* lambda:Get* "
     "lambda:List* "
     "logs:Describe* logs:Filter* logs:Get* s3:Get* s3:List* sns:Get* sns:List* sqs:Get* "
     "sqs:List* ssm:Describe* ssm:Get* ssm:List*"},
    {"/IAMFullAccess", "iam:*"},
    {"/AmazonS3FullAccess", "s3:* s3-object-lambda:*"},
    {"/AmazonS3ReadOnlyAccess", "s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*"},
    {"/AmazonDynamoDBFullAccess", "dynamodb:* dax:*"},
    {"/AmazonDynamoDBFullAccess_v2", "dynamodb:* dax:*"},
    {"/AmazonDynamoDBReadOnlyAccess",
     "dynamodb:BatchGetItem dynamodb:Describe* dynamodb:List* dynamodb:GetItem "
     "dynamodb:Query dynamodb:Scan dynamodb:PartiQLSelect"},
    {"/AmazonSNSFullAccess", "sns:*"},
    {"/AmazonSNSReadOnlyAccess", "sns:GetTopicAttributes sns:List*"},
    {"/AmazonSQSFullAccess", "sqs:*"},
    {"/AmazonSSMFullAccess", "ssm:*"},
    {"/AmazonSSMReadOnlyAccess", "ssm:Describe* ssm:Get* ssm:List*"},
    {"/AWSLambda_FullAccess", "lambda:* logs:Describe* logs:StartQuery iam:PassRole"},
    {"/AWSLambda_ReadOnlyAccess", "lambda:Get* lambda:List*"},
    {"/AWSLambdaExecute", "logs:* s3:GetObject s3:PutObject", "arn:aws:logs:*:*:* arn:aws:s3:::*"},
    {"/AWSCloudFormationFullAccess", "cloudformation:*"},
    {"/AWSCloudFormationReadOnlyAccess",
     "cloudformation:Describe* cloudformation:EstimateTemplateCost cloudformation:Get* cloudformation:List* "
     "cloudformation:ValidateTemplate cloudformation:Detect*"},
    {"/CloudWatchLogsFullAccess", "logs:* cloudwatch:GenerateQuery"},
    {"/CloudWatchFullAccess", "cloudwatch:* logs:* sns:*"},
    {"/CloudWatchLambdaInsightsExecutionRolePolicy",
     "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"},
    {"/SecretsManagerReadWrite", "secretsmanager:*"},
    {"/AWSXRayDaemonWriteAccess",
     "xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules "
     "xray:GetSamplingTargets xray:GetSamplingStatisticSummaries"},
    {"/AWSXrayWriteOnlyAccess",
     "xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules "
     "xray:GetSamplingTargets xray:GetSamplingStatisticSummaries"},
    {"/AmazonAPIGatewayInvokeFullAccess", "execute-api:Invoke execute-api:ManageConnections",
     "arn:aws:execute-api:*:*:*"},
    {"/AmazonEventBridgeFullAccess", "events:* schemas:* scheduler:* pipes:*"},
    {"/service-role/AWSLambdaBasicExecutionRole",
     "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"},
    {"/service-role/AWSLambdaVPCAccessExecutionRole",
     "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents ec2:CreateNetworkInterface "
     "ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface "
     "ec2:AssignPrivateIpAddresses "
     "ec2:UnassignPrivateIpAddresses"},
    {"/service-role/AWSLambdaSQSQueueExecutionRole",
     "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes logs:CreateLogGroup logs:CreateLogStream "
     "logs:PutLogEvents"},
    {"/service-role/AWSLambdaDynamoDBExecutionRole",
     "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams "
     "logs:CreateLogGroup "
     "logs:CreateLogStream logs:PutLogEvents"},
    {"/service-role/AWSLambdaKinesisExecutionRole",
     "kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator "
     "kinesis:ListShards kinesis:ListStreams kinesis:SubscribeToShard logs:CreateLogGroup "
     "logs:CreateLogStream "
     "logs:PutLogEvents"},
    {"/service-role/AWSLambdaRole", "lambda:InvokeFunction"},
    {"/service-role/AWSLambdaMSKExecutionRole",
     "kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers logs:CreateLogGroup "
     "logs:CreateLogStream logs:PutLogEvents"},
    {"/service-role/AWSCodeDeployRoleForLambda",
     "cloudwatch:DescribeAlarms lambda:UpdateAlias lambda:GetAlias lambda:GetProvisionedConcurrencyConfig "
     "lambda:InvokeFunction sns:Publish s3:GetObject s3:GetObjectVersion"},
    {"/service-role/AWSCodeDeployRoleForLambdaLimited",
     "cloudwatch:DescribeAlarms lambda:UpdateAlias lambda:GetAlias lambda:GetProvisionedConcurrencyConfig "
     "lambda:InvokeFunction"},
    {"/service-role/AWSAppSyncPushToCloudWatchLogs",
     "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"},
    {"/service-role/AmazonRDSEnhancedMonitoringRole",
     "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:PutRetentionPolicy"},
    {"/AmazonElasticFileSystemClientFullAccess",
     "elasticfilesystem:ClientMount elasticfilesystem:ClientRootAccess elasticfilesystem:ClientWrite "
     "elasticfilesystem:DescribeMountTargets"},
    {"/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
     "logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams "
     "logs:PutLogEvents "
     "logs:GetLogEvents logs:FilterLogEvents"},
};

json::array words_of(std::string_view text) {
  json::array list;
  for (size_t start = 0; start < text.size();) {
    auto end = std::min(text.find(' ', start), text.size());
    list.push_back(json::string(text.substr(start, end - start)));
    start = end + 1;
  }
  return list;
}

std::string document_of(const Entry& entry) {
  json::object statement{
      {"Effect", "Allow"}, {"Action", words_of(entry.actions)}, {"Resource", words_of(entry.resources)}};
  json::array statements;
  statements.push_back(std::move(statement));
  return json::serialize(json::object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

}  // namespace

std::optional<ManagedPolicy> find_managed(std::string_view arn) {
  constexpr std::string_view prefix = "arn:aws:iam::aws:policy";
  if (!arn.starts_with(prefix)) return std::nullopt;
  auto wanted = arn.substr(prefix.size());
  for (auto& entry : entries) {
    if (entry.path_and_name != wanted) continue;
    auto slash = wanted.rfind('/');
    return ManagedPolicy{.arn = std::string(arn),
                         .name = std::string(wanted.substr(slash + 1)),
                         .path = std::string(wanted.substr(0, slash + 1)),
                         .document = document_of(entry)};
  }
  return std::nullopt;
}

}  // namespace live::cloud
