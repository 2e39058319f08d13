#include "live/debug_stack.h"

#include "base/encoding.h"
#include "base/json.h"

namespace live {
namespace {

std::string partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

}  // namespace

Result<DebugStackAddress> debug_stack_from(std::string name, std::string url, std::string table,
                                           std::string bucket, std::string region, std::string account) {
  constexpr std::string_view kScheme = "wss://";
  size_t const dot = url.find('.'), slash = url.rfind('/');
  bool const ours = url.starts_with(kScheme) && dot != std::string::npos && slash > kScheme.size() &&
                    slash + 1 < url.size() && !table.empty() && !bucket.empty();
  if (!ours)
    return fault("stack " + name +
                 " has not the outputs of a debug stack (Url, Table, Bucket); remove it with "
                 "`live remove` and start again");
  DebugStackAddress stack;
  stack.api = url.substr(kScheme.size(), dot - kScheme.size());
  stack.api_stage = url.substr(slash + 1);
  stack.name = std::move(name);
  stack.url = std::move(url);
  stack.table = std::move(table);
  stack.bucket = std::move(bucket);
  stack.partition = partition_of(region);
  stack.region = std::move(region);
  stack.account = std::move(account);
  return stack;
}

DebugStackArns arns_of(const DebugStackAddress& stack) {
  std::string const place = ":" + stack.region + ":" + stack.account + ":";
  std::string const api =
      "arn:" + stack.partition + ":execute-api" + place + stack.api + "/" + stack.api_stage;
  return {api + "/$connect", api + "/POST/@connections/*",
          "arn:" + stack.partition + ":dynamodb" + place + "table/" + stack.table,
          "arn:" + stack.partition + ":s3:::" + stack.bucket + "/payloads/*"};
}

std::string stub_configuration(const DebugStackAddress& stack, const std::string& endpoint,
                               const std::string& stage_key, const std::string& stage,
                               const std::string& app) {
  return pretty_json(json::object{{"version", 1},
                                  {"app", app},
                                  {"stage", stage},
                                  {"region", stack.region},
                                  {"endpoint", endpoint},
                                  {"url", stack.url},
                                  {"table", stack.table},
                                  {"bucket", stack.bucket},
                                  {"stage_key", base64(stage_key)}});
}

}  // namespace live
