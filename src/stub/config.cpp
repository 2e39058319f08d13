#include "stub/config.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/json.h"

namespace live {

Result<StubConfig> parse_stub_config(std::string_view text) {
  auto const parsed = parse_json_object(text, 8);
  if (!parsed) return fault("live.json is not a JSON object: deploy again with `live start`");
  auto const& in = parsed.value();
  if (find_int(in, "version") != 1) {
    return fault("live.json is not of version 1: deploy again with `live start`");
  }
  StubConfig config;
  auto const must = {std::pair("stage", &config.stage),   std::pair("app", &config.app),
                     std::pair("region", &config.region), std::pair("url", &config.url),
                     std::pair("table", &config.table),   std::pair("bucket", &config.bucket)};
  for (auto const& [name, member] : must) {
    *member = string_or(in, name);
    if (member->empty())
      return fault(fmt::format("live.json has no {}: deploy again with `live start`", name));
  }
  config.endpoint = string_or(in, "endpoint");
  auto const key = from_base64(string_or(in, "stage_key"));
  if (!key || key->size() != 32) {
    return fault("live.json has no stage_key of 32 bytes: deploy again with `live start`");
  }
  config.stage_key = *key;
  return config;
}

}  // namespace live
