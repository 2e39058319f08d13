// What the package tells the stub: live.json, beside bootstrap. No environment variable is added to the
// user's.
//   {"version": 1, "stage": "dev", "app": "api-sns", "region": "us-east-1",
//    "url": "wss://{api}.execute-api.{region}.amazonaws.com/{stage}",   the debug stack's output
//    "endpoint": "http://127.0.0.1:4566",                               only on the embedded AWS
//    "table": "…", "bucket": "…", "stage_key": "<32 bytes, base64>"}
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace live {

struct StubConfig {
  std::string stage, app, region;
  std::string url;
  std::string endpoint;  // empty: AWS's own
  std::string table, bucket;
  std::string stage_key;  // raw
};

Result<StubConfig> parse_stub_config(std::string_view text);  // the fault never quotes the text

}  // namespace live
