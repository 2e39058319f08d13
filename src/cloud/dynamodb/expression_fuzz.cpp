// DynamoDB's expressions: the first byte chooses which; the names and values it may use stay the same.
#include <cstddef>
#include <cstdint>

#include "cloud/dynamodb/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static live::json::object const input =
      live::json::parse(R"({"ExpressionAttributeNames": {"#a": "first", "#b": "second"},
                            "ExpressionAttributeValues": {":a": {"S": "text"}, ":b": {"N": "1"}}})")
          .as_object();
  if (size == 0) return 0;
  std::string_view const text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto placeholders = live::cloud::dynamodb::Placeholders::of(input);
  if (!placeholders) __builtin_trap();
  switch (data[0] % 3) {
    case 0:
      (void)live::cloud::dynamodb::parse_condition("FilterExpression", text, placeholders.value());
      break;
    case 1:
      (void)live::cloud::dynamodb::parse_update(text, placeholders.value());
      break;
    case 2:
      if (auto const paths = live::cloud::dynamodb::parse_projection(text, placeholders.value()))
        for (auto const& path : paths.value()) (void)live::cloud::dynamodb::to_string(path);
  }
  return 0;
}
