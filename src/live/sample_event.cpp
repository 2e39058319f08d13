#include "live/sample_event.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "live/sample_events.h"

namespace live {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

// "https://sqs.eu-west-1.amazonaws.com/1…/orders", "arn:aws:sns:…:orders", "orders"
std::string last_part(const std::string& id) { return id.substr(id.find_last_of("/:") + 1); }

std::string partition_of(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

// "19/Nov/2026:07:20:00 +0000", as API Gateway's requestTime.
std::string request_time(TimePoint at) {
  auto const date = http_date(at);  // Mon, 23 Nov 2026 07:20:00 GMT
  return fmt::format("{}/{}/{}:{} +0000", date.substr(5, 2), date.substr(8, 3), date.substr(12, 4),
                     date.substr(17, 8));
}

Values values_of(const SampleNames& names, TimePoint now) {
  auto const millis = to_millis(now);
  return {{"account", names.account},
          {"region", names.region},
          {"partition", partition_of(names.region)},
          {"stage", names.stage},
          {"function", names.function},
          {"queue", names.queue},
          {"topic", names.topic},
          {"bucket", names.bucket},
          {"table", names.table},
          {"stream", names.stream},
          {"user_pool", names.user_pool},
          {"api", names.api},
          {"time", iso8601(now)},
          {"second", iso8601(now).substr(0, 19) + "Z"},
          {"request_time", request_time(now)},
          {"millis", std::to_string(millis)},
          {"seconds", std::to_string(millis / 1000)}};
}

// "${name}" becomes its value.
std::string filled(std::string_view text, const Values& values) {
  std::string made;
  for (size_t at = 0; at < text.size();) {
    size_t const begin = std::min(text.find("${", at), text.size());
    made += text.substr(at, begin - at);
    if (begin == text.size()) break;
    size_t const end = text.find('}', begin);
    made += values.find(text.substr(begin + 2, end - begin - 2))->second;
    at = end + 1;
  }
  return made;
}

}  // namespace

void SampleNames::take(const std::vector<StackState>& stacks) {
  std::map<std::string_view, std::string*> wanted{
      {"AWS::SQS::Queue", &queue},        {"AWS::SNS::Topic", &topic},
      {"AWS::S3::Bucket", &bucket},       {"AWS::DynamoDB::Table", &table},
      {"AWS::Kinesis::Stream", &stream},  {"AWS::Cognito::UserPool", &user_pool},
      {"AWS::ApiGateway::RestApi", &api}, {"AWS::ApiGatewayV2::Api", &api}};
  for (auto const& stack : stacks)
    for (auto const& resource : stack.resources) {
      auto const found = wanted.find(resource.type);
      if (found == wanted.end() || resource.physical_id.empty()) continue;
      *found->second = last_part(resource.physical_id);
      wanted.erase(found);
    }
}

std::vector<std::string> sample_kinds() {
  std::vector<std::string> kinds;
  for (auto const& one : kSampleEvents) kinds.emplace_back(one.kind);
  return kinds;
}

Result<json::value> sample_event(std::string_view kind, const SampleNames& names, TimePoint now) {
  for (auto const& one : kSampleEvents)
    if (one.kind == kind) return parse_json(filled(one.text, values_of(names, now)));
  auto const kinds = sample_kinds();
  auto const close = nearest(kind, kinds);
  return fault(fmt::format("there is no sample \"{}\"{}; there are {}", kind,
                           close ? " (did you mean \"" + *close + "\"?)" : "", fmt::join(kinds, ", ")));
}

}  // namespace live
