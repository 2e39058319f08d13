#include "live/trigger.h"

#include <fmt/format.h>

#include "base/json.h"

namespace live {
namespace {

constexpr size_t kLargest = 256 * 1024;  // parsing more would be felt in the call

std::string last_part(std::string_view arn) { return std::string(arn.substr(arn.rfind(':') + 1)); }

std::string http(const json::object& event) {
  auto const* context = find_object(event, "requestContext");
  if (auto const method = find_string(event, "httpMethod"))
    return *method + " " + string_or(event, "path", "/");
  if (!context) return "";
  if (auto const* http = find_object(*context, "http"))
    return string_or(*http, "method") + " " + string_or(event, "rawPath", "/");
  if (auto const route = find_string(*context, "routeKey"); route && context->contains("connectionId"))
    return "WebSocket " + *route;
  return "";
}

// Records of queues, topics, streams and buckets name their source in each record.
std::string record(const json::object& one, size_t count) {
  std::string const source = string_or(one, "eventSource", string_or(one, "EventSource"));
  std::string const more = count > 1 ? fmt::format(" ({} records)", count) : "";
  if (source == "aws:sns") {
    auto const* sns = find_object(one, "Sns");
    return "SNS " + (sns ? last_part(string_or(*sns, "TopicArn")) : "") + more;
  }
  if (source == "aws:sqs") return "SQS " + last_part(string_or(one, "eventSourceARN")) + more;
  if (source == "aws:s3") {
    auto const* s3 = find_object(one, "s3");
    auto const* bucket = s3 ? find_object(*s3, "bucket") : nullptr;
    auto const* object = s3 ? find_object(*s3, "object") : nullptr;
    return fmt::format("S3 {} {}/{}{}", string_or(one, "eventName"), bucket ? string_or(*bucket, "name") : "",
                       object ? string_or(*object, "key") : "", more);
  }
  if (source == "aws:dynamodb" || source == "aws:kinesis") {
    std::string const arn = string_or(one, "eventSourceARN");
    size_t const slash = arn.find('/');
    std::string const name =
        slash == std::string::npos ? arn : arn.substr(slash + 1, arn.find('/', slash + 1) - slash - 1);
    return (source == "aws:kinesis" ? "Kinesis " : "DynamoDB stream ") + name + more;
  }
  return source.empty() ? "" : source + more;
}

}  // namespace

std::string trigger_of(std::string_view event) {
  if (event.size() > kLargest) return fmt::format("event of {:.1f} MB", double(event.size()) / 1e6);
  auto const parsed = parse_json_object(event);
  if (parsed.has_error()) return "invoke";
  auto const& object = parsed.value();
  if (auto text = http(object); !text.empty()) return text;
  if (auto const* records = find_array(object, "Records");
      records && !records->empty() && records->front().is_object()) {
    if (auto text = record(records->front().get_object(), records->size()); !text.empty()) return text;
  }
  if (auto const type = find_string(object, "detail-type")) {
    if (*type == "Scheduled Event") return "schedule";
    return "EventBridge " + string_or(object, "source") + " " + *type;
  }
  return "invoke";
}

}  // namespace live
