// Events as AWS documents them, one a service that invokes functions, with the names of the app's own
// resources in the place of the documentation's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "live/host_types.h"

namespace live {

struct SampleNames {  // what the events speak of
  std::string account = "123456789012", region = "us-east-1", stage = "dev", function = "my-function";
  std::string queue = "my-queue", topic = "my-topic", bucket = "amzn-s3-demo-bucket", table = "my-table";
  std::string stream = "my-stream", user_pool = "us-east-1_aBcDeFgHi", api = "1234567890";
  // The first resource of each kind gives its name.
  void take(const std::vector<StackState>& stacks);
};

std::vector<std::string> sample_kinds();  // "sns", "sqs", …
// Fault: no such kind; it lists them.
Result<json::value> sample_event(std::string_view kind, const SampleNames& names, TimePoint now);

}  // namespace live
