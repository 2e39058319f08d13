#include "cloud/ssm/ssm.h"

#include <algorithm>
#include <regex>

#include "cloud/input.h"

namespace live::cloud {

namespace {

constexpr std::string_view kind = "ssm.parameter";
constexpr size_t standard_size = 4'096, advanced_size = 8'192, history_kept = 100;

ApiError not_found(std::string_view name) {
  return api_error(400, "ParameterNotFound", fmt::format("Parameter {} not found.", name));
}

std::string arn_of(const World& world, const Call& call, std::string_view name) {
  return fmt::format("arn:aws:ssm:{}:{}:parameter{}{}", call.region, world.account,
                     name.starts_with('/') ? "" : "/", name);
}

// A name, an ARN, or either with ":version" behind it.
struct Reference {
  std::string name;
  std::optional<int64_t> version;
};

ApiResult<Reference> parse_reference(std::string text) {
  Reference reference;
  constexpr std::string_view marker = ":parameter/";
  if (text.starts_with("arn:")) {
    auto at = text.find(marker);
    if (at == text.npos) return not_found(text);
    auto rest = text.substr(at + marker.size());
    text = rest.find('/') == rest.npos ? rest : "/" + rest;
  }
  auto colon = text.find(':');
  reference.name = text.substr(0, colon);
  if (colon == text.npos) return reference;
  json::object suffix{{"version", text.substr(colon + 1)}};
  reference.version = find_int(suffix, "version");
  if (!reference.version) {
    return api_error(
        501, "UnsupportedOperation",
        fmt::format("{}: parameter labels are not supported by the embedded AWS of Live Lambda", text));
  }
  return reference;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 1'011 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '.' || c == '-' || c == '/';
  });
}

ApiResult<void> check_value(const json::object& input, std::string_view type, std::string_view tier) {
  auto value = string_or(input, "Value");
  if (type != "String" && type != "StringList" && type != "SecureString") {
    return api_error(
        400, "ValidationException",
        fmt::format("1 validation error detected: Value '{}' at 'type' failed to satisfy constraint: "
                    "Member must satisfy enum value set: [SecureString, StringList, String]",
                    type));
  }
  auto limit = tier == "Advanced" || tier == "Intelligent-Tiering" ? advanced_size : standard_size;
  if (value.size() > limit) {
    return api_error(
        400, "ValidationException",
        fmt::format("The value is {} bytes; a parameter of tier {} holds {}", value.size(), tier, limit));
  }
  auto pattern = string_or(input, "AllowedPattern");
  if (pattern.empty()) return outcome::success();
  try {
    if (std::regex_search(value, std::regex(pattern))) return outcome::success();
  } catch (const std::regex_error&) {
    return api_error(400, "InvalidAllowedPatternException",
                     fmt::format("{} is not a regular expression", pattern));
  }
  return api_error(400, "ParameterPatternMismatchException",
                   "Parameter value, cannot be validated against allowedPattern: " + pattern);
}

ApiResult<json::object> put_parameter(World& world, const Call& call) {
  auto& input = call.input;
  LIVE_API_TRY(auto name, required(input, "Name"));
  LIVE_API_TRY(required(input, "Value"));
  if (!is_name(name)) {
    return api_error(
        400, "ValidationException",
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can "
        "consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, "
        "numbers and the following 3 symbols .-_");
  }
  auto earlier = world.store.get(kind, call.region, name);
  if (earlier && !find_bool(input, "Overwrite").value_or(false)) {
    return api_error(
        400, "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request "
        "to true.");
  }
  if (earlier && input.contains("Tags")) {
    return api_error(400, "ValidationException",
                     "Invalid request: tags and overwrite can't be used together. To create a parameter with "
                     "tags, please remove overwrite flag. To update tags for an existing parameter, please "
                     "use AddTagsToResource or RemoveTagsFromResource.");
  }
  auto parameter = earlier ? std::move(*earlier) : json::object();
  auto type = string_or(input, "Type", string_or(parameter, "Type"));
  auto tier = string_or(input, "Tier", string_or(parameter, "Tier", "Standard"));
  LIVE_API_TRY(check_value(input, type, tier));
  auto version = find_int(parameter, "Version").value_or(0) + 1;
  for (auto member : {"Description", "Value", "KeyId", "AllowedPattern", "DataType"}) {
    if (auto value = find_string(input, member)) parameter[member] = *value;
  }
  if (type == "SecureString" && !parameter.contains("KeyId")) parameter["KeyId"] = "alias/aws/ssm";
  if (!parameter.contains("DataType")) parameter["DataType"] = "text";
  parameter["Name"] = name;
  parameter["Type"] = type;
  parameter["Tier"] = tier;
  parameter["Version"] = version;
  parameter["ARN"] = arn_of(world, call, name);
  parameter["LastModifiedDate"] = epoch_seconds(world.clock.now());
  parameter["LastModifiedUser"] = call.caller.arn;
  if (auto tags = find_array(input, "Tags")) parameter["Tags"] = *tags;
  auto history = find_array(parameter, "History") ? *find_array(parameter, "History") : json::array();
  history.push_back(json::object{{"Version", version}, {"Value", parameter["Value"]}});
  if (history.size() > history_kept) history.erase(history.begin());
  parameter["History"] = std::move(history);
  world.store.put(kind, call.region, name, parameter);
  return json::object{{"Version", version}, {"Tier", tier}};
}

json::object shown(const json::object& parameter) {
  json::object result;
  for (auto member : {"Name", "Type", "Value", "Version", "LastModifiedDate", "ARN", "DataType"}) {
    if (auto value = find(parameter, member)) result[member] = *value;
  }
  return result;
}

ApiResult<json::object> find_parameter(World& world, const Call& call, const std::string& text) {
  LIVE_API_TRY(auto reference, parse_reference(text));
  auto parameter = world.store.get(kind, call.region, reference.name);
  if (!parameter) return not_found(text);
  auto result = shown(*parameter);
  if (!reference.version) return result;
  for (auto& version : (*parameter)["History"].as_array()) {
    auto& kept = version.as_object();
    if (find_int(kept, "Version") != reference.version) continue;
    result["Value"] = kept["Value"];
    result["Version"] = *reference.version;
    result["Selector"] = fmt::format(":{}", *reference.version);
    return result;
  }
  return api_error(
      400, "ParameterVersionNotFound",
      fmt::format("Systems Manager could not find version {} of {}.", *reference.version, reference.name));
}

// Without WithDecryption a SecureString's value stays sealed: it is not handed out.
void hide_secret(json::object& parameter, const json::object& input) {
  if (string_or(parameter, "Type") != "SecureString" || find_bool(input, "WithDecryption").value_or(false))
    return;
  parameter["Value"] = "kms:alias/aws/ssm:sealed";
}

ApiResult<json::object> get_parameter(World& world, const Call& call) {
  LIVE_API_TRY(auto name, required(call.input, "Name"));
  LIVE_API_TRY(auto parameter, find_parameter(world, call, name));
  hide_secret(parameter, call.input);
  return json::object{{"Parameter", std::move(parameter)}};
}

ApiResult<json::object> get_parameters(World& world, const Call& call) {
  json::array found, invalid;
  for (auto& name : strings(call.input, "Names")) {
    auto parameter = find_parameter(world, call, name);
    if (parameter.has_error()) {
      invalid.push_back(json::string(name));
      continue;
    }
    hide_secret(parameter.value(), call.input);
    found.push_back(std::move(parameter.value()));
  }
  return json::object{{"Parameters", std::move(found)}, {"InvalidParameters", std::move(invalid)}};
}

ApiResult<json::object> get_parameters_by_path(World& world, const Call& call) {
  LIVE_API_TRY(auto path, required(call.input, "Path"));
  if (!path.starts_with('/')) {
    return api_error(400, "ValidationException",
                     "The parameter doesn't meet the parameter name requirements. The "
                     "parameter name must begin with a forward slash \"/\".");
  }
  if (call.input.contains("ParameterFilters")) {
    return api_error(400, "InvalidFilterKey",
                     "ParameterFilters of GetParametersByPath are not supported by the "
                     "embedded AWS of Live Lambda");
  }
  if (!path.ends_with('/')) path += '/';
  bool recursive = find_bool(call.input, "Recursive").value_or(false);
  auto all = world.store.list(kind, call.region, path == "/" ? "" : path);
  std::erase_if(all, [&](auto& each) {
    std::string_view rest = each.first;
    if (path == "/" && rest.starts_with('/'))
      rest.remove_prefix(1);
    else
      rest.remove_prefix(path == "/" ? 0 : path.size());
    return !recursive && rest.find('/') != rest.npos;
  });
  auto page = page_of(all.size(), call.input, "NextToken", "MaxResults", 10);
  json::array found;
  for (size_t i = page.begin; i < page.end; ++i) {
    auto parameter = shown(all[i].second);
    hide_secret(parameter, call.input);
    found.push_back(std::move(parameter));
  }
  json::object answer{{"Parameters", std::move(found)}};
  if (!page.next.empty()) answer["NextToken"] = page.next;
  return answer;
}

ApiResult<json::object> get_parameter_history(World& world, const Call& call) {
  LIVE_API_TRY(auto name, required(call.input, "Name"));
  auto parameter = world.store.get(kind, call.region, name);
  if (!parameter) return not_found(name);
  json::array versions;
  for (auto& version : (*parameter)["History"].as_array()) {
    auto entry = shown(*parameter);
    for (auto& member : version.as_object()) entry[member.key()] = member.value();
    entry.erase("ARN");
    hide_secret(entry, call.input);
    versions.push_back(std::move(entry));
  }
  return json::object{{"Parameters", std::move(versions)}};
}

ApiResult<json::object> delete_parameter(World& world, const Call& call) {
  LIVE_API_TRY(auto name, required(call.input, "Name"));
  LIVE_API_TRY(auto reference, parse_reference(name));
  if (!world.store.erase(kind, call.region, reference.name)) return not_found(name);
  return json::object();
}

ApiResult<json::object> delete_parameters(World& world, const Call& call) {
  json::array deleted, invalid;
  for (auto& name : strings(call.input, "Names")) {
    bool was_there = world.store.erase(kind, call.region, name);
    (was_there ? deleted : invalid).push_back(json::string(name));
  }
  return json::object{{"DeletedParameters", std::move(deleted)}, {"InvalidParameters", std::move(invalid)}};
}

// Filters of DescribeParameters on Name, Type and Path; others are refused by name.
ApiResult<bool> passes(const json::object& parameter, const json::object& filter) {
  auto key = string_or(filter, "Key");
  auto option = string_or(filter, "Option", key == "Path" ? "OneLevel" : "Equals");
  auto values = strings(filter, "Values");
  if (key != "Name" && key != "Type" && key != "Path") {
    return api_error(400, "InvalidFilterKey",
                     fmt::format("The filter key {} is not supported by the embedded AWS of "
                                 "Live Lambda",
                                 key));
  }
  auto actual = string_or(parameter, key == "Type" ? "Type" : "Name");
  return std::any_of(values.begin(), values.end(), [&](std::string wanted) {
    if (option == "BeginsWith") return actual.starts_with(wanted);
    if (option == "Contains") return actual.find(wanted) != actual.npos;
    if (key != "Path") return actual == wanted;
    if (!wanted.ends_with('/')) wanted += '/';
    return actual.starts_with(wanted) &&
           (option == "Recursive" || actual.find('/', wanted.size()) == actual.npos);
  });
}

ApiResult<json::object> describe_parameters(World& world, const Call& call) {
  json::array all;
  for (auto& [name, parameter] : world.store.list(kind, call.region)) {
    bool kept = true;
    for (auto member : {"ParameterFilters", "Filters"}) {
      auto filters = find_array(call.input, member);
      if (!filters) continue;
      for (auto& each : *filters) {
        LIVE_API_TRY(auto passed, passes(parameter, each.as_object()));
        kept = kept && passed;
      }
    }
    for (auto hidden : {"Value", "History", "Tags"}) parameter.erase(hidden);
    if (kept) all.push_back(std::move(parameter));
  }
  auto page = page_of(all.size(), call.input, "NextToken", "MaxResults", 50);
  json::object answer{
      {"Parameters", json::array(all.begin() + long(page.begin), all.begin() + long(page.end))}};
  if (!page.next.empty()) answer["NextToken"] = page.next;
  return answer;
}

ApiResult<json::object> tagged(World& world, const Call& call) {
  auto type = string_or(call.input, "ResourceType");
  if (type != "Parameter") {
    return api_error(400, "InvalidResourceType",
                     fmt::format("{} resources are not supported by the embedded AWS of "
                                 "Live Lambda",
                                 type));
  }
  LIVE_API_TRY(auto id, required(call.input, "ResourceId"));
  auto parameter = world.store.get(kind, call.region, id);
  if (!parameter) return api_error(400, "InvalidResourceId", fmt::format("{} is not a parameter", id));
  return std::move(*parameter);
}

ApiResult<json::object> add_tags_to_resource(World& world, const Call& call) {
  LIVE_API_TRY(auto parameter, tagged(world, call));
  auto tags = find_array(parameter, "Tags") ? *find_array(parameter, "Tags") : json::array();
  if (auto more = find_array(call.input, "Tags")) merge_tags(tags, *more);
  parameter["Tags"] = std::move(tags);
  world.store.put(kind, call.region, string_or(parameter, "Name"), parameter);
  return json::object();
}

ApiResult<json::object> remove_tags_from_resource(World& world, const Call& call) {
  LIVE_API_TRY(auto parameter, tagged(world, call));
  auto tags = find_array(parameter, "Tags") ? *find_array(parameter, "Tags") : json::array();
  remove_tags(tags, strings(call.input, "TagKeys"));
  parameter["Tags"] = std::move(tags);
  world.store.put(kind, call.region, string_or(parameter, "Name"), parameter);
  return json::object();
}

ApiResult<json::object> list_tags_for_resource(World& world, const Call& call) {
  LIVE_API_TRY(auto parameter, tagged(world, call));
  auto tags = find_array(parameter, "Tags");
  return json::object{{"TagList", tags ? *tags : json::array()}};
}

}  // namespace

void add_ssm(World& world, Front& front) {
  front.add_json("ssm", "AmazonSSM", "1.1");
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("ssm", name, [&world, run](const Call& call) { return run(world, call); });
  };
  add("PutParameter", put_parameter);
  add("GetParameter", get_parameter);
  add("GetParameters", get_parameters);
  add("GetParametersByPath", get_parameters_by_path);
  add("GetParameterHistory", get_parameter_history);
  add("DeleteParameter", delete_parameter);
  add("DeleteParameters", delete_parameters);
  add("DescribeParameters", describe_parameters);
  add("AddTagsToResource", add_tags_to_resource);
  add("RemoveTagsFromResource", remove_tags_from_resource);
  add("ListTagsForResource", list_tags_for_resource);
}

}  // namespace live::cloud
