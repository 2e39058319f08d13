#include "live/retained.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "live/terminal.h"

namespace live {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kCommands{{
    {"AWS::S3::Bucket", "aws s3 rb --force s3://{}"},
    {"AWS::DynamoDB::Table", "aws dynamodb delete-table --table-name {}"},
    {"AWS::Logs::LogGroup", "aws logs delete-log-group --log-group-name {}"},
    {"AWS::SQS::Queue", "aws sqs delete-queue --queue-url {}"},
    {"AWS::KMS::Key", "aws kms schedule-key-deletion --key-id {}"},
    {"AWS::Lambda::Function", "aws lambda delete-function --function-name {}"},
}};

}  // namespace

std::string how_to_delete(const RetainedResource& resource) {
  for (auto const& [type, command] : kCommands)
    if (type == resource.type) return fmt::format(fmt::runtime(command), resource.physical_id);
  return fmt::format("aws cloudcontrol delete-resource --type-name {} --identifier {}", resource.type,
                     resource.physical_id);
}

void tell_retained(const std::vector<RetainedResource>& retained, Terminal& terminal) {
  if (retained.empty()) return;
  terminal.result("Retained, with the data in it:");
  for (auto const& one : retained) {
    auto const* why = one.why == "policy" ? "its policy says so" : "it is not empty";
    auto const command = how_to_delete(one);
    terminal.result(
        fmt::format("  {} {} ({} of {}): {}", one.type, one.physical_id, one.logical_id, one.stack, why),
        {{"type", "retained"},
         {"stack", one.stack},
         {"logical_id", one.logical_id},
         {"resource_type", one.type},
         {"physical_id", one.physical_id},
         {"why", one.why},
         {"delete_with", command}});
    terminal.result("      " + command);
  }
}

}  // namespace live
