#include "cloud/cloudformation/service.h"

#include "cloud/cloudformation/cloudformation.h"
#include "net/http.h"

namespace live::cloud {

void add_cloudformation(World& world, Front& front) {
  using namespace cloudformation;
  auto service = std::make_shared<Service>(world);
  front.add_query("cloudformation", "2010-05-15", "http://cloudformation.amazonaws.com/doc/2010-05-15/");
  front.add_open_path("/_cloudformation/response/", [service](net::Request request) {
    std::string path(net::path_of(request.target));
    bool taken =
        request.method == "PUT" && service->engine->respond(path.substr(path.rfind('/') + 1), request.body);
    net::Response response{.status = taken ? 200 : 403, .headers = {}, .body = {}};
    return response;
  });
  add_stack_actions(service);
  add_change_set_actions(service);
  add_read_actions(service);
  add_template_actions(service);
  add_drift_actions(service);
  service->engine->resume_all();
}

}  // namespace live::cloud

namespace live::cloud::cloudformation {

ApiError validation_error(std::string message) {
  return api_error(400, "ValidationError", std::move(message));
}

ApiResult<StackPointer> find_stack(Service& service, const Call& call) {
  std::string name = string_or(call.input, "StackName");
  if (name.empty())
    return validation_error(
        "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: "
        "Member must not be null");
  auto stack = service.records().find(call.region, name);
  if (!stack) return validation_error(fmt::format("Stack with id {} does not exist", name));
  return stack;
}

ApiResult<void> check_updatable(const Stack& stack) {
  static const std::set<std::string, std::less<>> fine{
      "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "CREATE_FAILED"};
  if (fine.contains(stack.status)) return outcome::success();
  return validation_error(
      fmt::format("Stack:{} is in {} state and can not be updated.", stack.id, stack.status));
}

Stack new_stack(Service& service, const Call& call, std::string name) {
  Stack stack{.name = std::move(name), .region = call.region};
  stack.id = fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/{}", call.region, service.world.account,
                         stack.name, service.world.ids.uuid());
  stack.created = service.records().now();
  stack.caller = call.caller;
  return stack;
}

std::vector<std::string> texts_in(const json::object& input, std::string_view list) {
  std::vector<std::string> texts;
  if (auto* found = find_array(input, list))
    for (const auto& item : *found)
      if (item.is_string()) texts.emplace_back(item.get_string());
  return texts;
}

json::array texts_json(const std::vector<std::string>& list) {
  json::array made;
  for (const auto& item : list) made.emplace_back(json::string(item));
  return made;
}

json::array tags_json(const std::map<std::string, std::string>& tags) {
  json::array made;
  for (const auto& [key, value] : tags) made.push_back(json::object{{"Key", key}, {"Value", value}});
  return made;
}

json::array parameters_json(const Source& source) {
  json::array made;
  auto of = cfn::read_template(source.text);
  for (const auto& [name, text] : source.given) {
    auto* parameter = of ? of.value().parameter(name) : nullptr;
    json::object item{{"ParameterKey", name},
                      {"ParameterValue", parameter && parameter->no_echo ? "****" : text}};
    auto value = source.values.find(name);
    if (value != source.values.end() && value->second != text) item["ResolvedValue"] = value->second;
    made.push_back(std::move(item));
  }
  return made;
}

namespace {

struct S3Place {
  std::string bucket, key, version;
};

// Path style (s3.region.amazonaws.com, an address, localhost) or virtual-host style (bucket.s3…).
std::optional<S3Place> s3_place(std::string_view url) {
  size_t scheme = url.find("://");
  if (scheme == url.npos || !url.starts_with("http")) return std::nullopt;
  url.remove_prefix(scheme + 3);
  size_t slash = url.find('/');
  if (slash == url.npos) return std::nullopt;
  std::string host(url.substr(0, slash));
  host.resize(std::min(host.size(), host.find(':')));
  std::string_view target = url.substr(slash);
  S3Place place;
  for (const auto& [name, value] : net::parse_query(net::query_of(target)))
    if (name == "versionId") place.version = value;
  std::string path;
  for (std::string_view raw = net::path_of(target).substr(1); !raw.empty();) {
    size_t percent = raw.find('%');
    path += raw.substr(0, percent);
    if (percent == raw.npos) break;
    if (raw.size() < percent + 3) return std::nullopt;
    path += char(std::stoi(std::string(raw.substr(percent + 1, 2)), nullptr, 16));
    raw.remove_prefix(percent + 3);
  }
  size_t at = std::min(host.find(".s3."), host.find(".s3-"));
  bool virtual_host = at != std::string::npos && host.ends_with(".amazonaws.com");
  if (virtual_host) {
    place.bucket = host.substr(0, at);
    place.key = path;
  } else {
    size_t end = path.find('/');
    if (end == std::string::npos) return std::nullopt;
    place.bucket = path.substr(0, end);
    place.key = path.substr(end + 1);
  }
  return place.bucket.empty() || place.key.empty() ? std::nullopt : std::optional(place);
}

Async<ApiResult<std::string>> fetch_template(ServicePointer service, const Call& call, std::string url) {
  auto place = s3_place(url);
  if (!place) co_return validation_error("TemplateURL must be a supported URL.");
  Call get{.service = "s3", .action = "GetObject", .region = call.region, .caller = call.caller};
  get.caller.access_key.clear();
  get.caller.service = "cloudformation.amazonaws.com";
  get.input["Bucket"] = place->bucket;
  get.input["Key"] = place->key;
  if (!place->version.empty()) get.input["VersionId"] = place->version;
  auto got = co_await service->world.actions.call(std::move(get));
  if (got.has_error())
    co_return validation_error(
        fmt::format("S3 error: {} ({}) for {}", got.error().message, got.error().code, url));
  std::string text = std::move(got.value().payload);
  if (text.size() > 1'000'000) co_return validation_error("Template may not exceed 1000000 bytes in size.");
  co_return text;
}

}  // namespace

Async<ApiResult<std::string>> template_text(ServicePointer service, const Call& call, const Stack* previous) {
  std::string body = string_or(call.input, "TemplateBody"), url = string_or(call.input, "TemplateURL");
  if (!body.empty()) {
    if (body.size() > 51'200)
      co_return validation_error(
          "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
          "Member must have length less than or equal to 51200");
    co_return body;
  }
  if (!url.empty()) co_return co_await fetch_template(service, call, url);
  if (previous && find_bool(call.input, "UsePreviousTemplate").value_or(false))
    co_return previous->source.text;
  co_return validation_error("Either Template URL or Template Body must be specified.");
}

namespace {

ApiResult<cfn::ParameterTexts> given_parameters(const Call& call, const cfn::Template& of,
                                                const Stack* previous) {
  cfn::ParameterTexts given;
  auto* list = find_array(call.input, "Parameters");
  for (size_t i = 0; list && i < list->size(); ++i) {
    if (!(*list)[i].is_object()) return validation_error("Parameters must be a list of keys and values");
    const auto& item = (*list)[i].get_object();
    std::string key = string_or(item, "ParameterKey");
    if (!find_bool(item, "UsePreviousValue").value_or(false)) {
      given[key] = string_or(item, "ParameterValue");
      continue;
    }
    auto old = previous ? previous->source.given.find(key) : cfn::ParameterTexts::const_iterator{};
    if (!previous || old == previous->source.given.end())
      return validation_error(
          fmt::format("Invalid input for parameter key {}. Cannot specify usePreviousValue as true "
                      "for a parameter key not in the previous template",
                      key));
    given[key] = old->second;
  }
  auto complete = cfn::complete_parameters(of, given);
  if (!complete) return validation_error(complete.error().message);
  return std::move(complete.value());
}

bool is_named(const cfn::Resource& resource) {
  for (const char* name : {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"})
    if (resource.properties.contains(name) && resource.type != "AWS::IAM::RolePolicy") return true;
  return false;
}

ApiResult<void> check_capabilities(const Prepared& prepared, const std::vector<std::string>& capabilities) {
  auto has = [&](const char* name) {
    return std::find(capabilities.begin(), capabilities.end(), name) != capabilities.end();
  };
  bool iam = false, named = false;
  for (const auto& resource : prepared.of.resources) {
    if (!resource.type.starts_with("AWS::IAM::") || !prepared.evaluator->active(resource)) continue;
    iam = true;
    named = named || is_named(resource);
  }
  if (named && !has("CAPABILITY_NAMED_IAM"))
    return api_error(400, "InsufficientCapabilitiesException",
                     "Requires capabilities : [CAPABILITY_NAMED_IAM]");
  if (iam && !has("CAPABILITY_IAM") && !has("CAPABILITY_NAMED_IAM"))
    return api_error(400, "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]");
  return outcome::success();
}

}  // namespace

Async<ApiResult<Source>> read_source(ServicePointer service, const Call& call, StackPointer stack,
                                     const Stack* previous) {
  auto text = co_await template_text(service, call, previous);
  if (text.has_error()) co_return text.error();
  Source source{.text = std::move(text.value())};
  auto of = cfn::read_template(source.text);
  if (!of) co_return validation_error(of.error().message);
  auto given = given_parameters(call, of.value(), previous);
  if (given.has_error()) co_return given.error();
  source.given = std::move(given.value());
  auto fetched = co_await fetch_ssm_values(service->world, *stack, of.value(), source);
  if (fetched.has_error()) co_return fetched.error();

  if (auto* tags = find_array(call.input, "Tags")) {
    for (const auto& tag : *tags)
      if (tag.is_object())
        source.tags[string_or(tag.get_object(), "Key")] = string_or(tag.get_object(), "Value");
  } else if (previous && !call.input.contains("Tags")) {
    source.tags = previous->source.tags;  // an empty list, though, removes them
  }
  if (source.tags.size() > 50) co_return validation_error("Tag count must not exceed 50");
  source.capabilities = texts_in(call.input, "Capabilities");
  source.notification_arns = texts_in(call.input, "NotificationARNs");
  source.role_arn = string_or(call.input, "RoleARN", previous ? previous->source.role_arn : "");

  auto prepared = prepare(*stack, source, service->records(), service->world, true);
  if (prepared.has_error()) co_return prepared.error();
  if (auto wrong = first_unsupported(*prepared.value()); !wrong.empty()) co_return validation_error(wrong);
  auto capable = check_capabilities(*prepared.value(), source.capabilities);
  if (capable.has_error()) co_return capable.error();
  co_return source;
}

}  // namespace live::cloud::cloudformation
