// The deployed debug stack, as its outputs describe it: what is dialled, written and read, and the ARNs that
// permissions are limited to.
#pragma once

#include <string>

#include "base/result.h"
#include "template/swap.h"

namespace live {

struct DebugStackAddress {
  std::string name;  // CloudFormation's
  std::string url;   // wss://{api}.execute-api.{region}.amazonaws.com/{api_stage}
  std::string api, api_stage;
  std::string table, bucket;
  std::string region, account, partition = "aws";
};

// Fault: the outputs are not those of our debug stack.
Result<DebugStackAddress> debug_stack_from(std::string name, std::string url, std::string table,
                                           std::string bucket, std::string region, std::string account);

DebugStackArns arns_of(const DebugStackAddress& stack);

constexpr const char* kStageKeyObject = "keys/stage";  // 32 random bytes, base64

// The text of live.json in the stub's package.
std::string stub_configuration(const DebugStackAddress& stack, const std::string& endpoint,
                               const std::string& stage_key, const std::string& stage,
                               const std::string& app);

}  // namespace live
