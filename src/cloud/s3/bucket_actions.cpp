#include <array>

#include "base/encoding.h"
#include "cloud/s3/service.h"

namespace live::cloud::s3 {
namespace {

bool is_address(std::string_view name) {
  return name.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(name.begin(), name.end(), '.') == 3;
}

bool is_bucket_name(std::string_view name) {
  constexpr std::string_view kEnds = "abcdefghijklmnopqrstuvwxyz0123456789";
  if (name.size() < 3 || name.size() > 63) return false;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string_view::npos)
    return false;
  if (kEnds.find(name.front()) == std::string_view::npos || kEnds.find(name.back()) == std::string_view::npos)
    return false;
  return name.find("..") == std::string_view::npos && !is_address(name) && !name.starts_with("xn--") &&
         !name.ends_with("-s3alias") && !name.ends_with("--ol-s3");
}

json::object owner(const World& world) {
  return {{"ID", hex(world.account + std::string(32 - std::min<size_t>(world.account.size(), 32), '0'))}};
}

Output private_acl(const World& world) {
  json::object grantee = owner(world);
  grantee["Type"] = "CanonicalUser";
  json::object grant{{"Grantee", grantee}, {"Permission", "FULL_CONTROL"}};
  return {.value = {{"Owner", owner(world)}, {"AccessControlList", json::array{grant}}}, .payload = {}};
}

// Object ownership is BucketOwnerEnforced on every new bucket: access lists other than the owner's are
// refused.
ApiResult<Output> accept_acl(const Call& call) {
  auto canned = string_or(call.input, "ACL", "private");
  if (canned == "private" || canned == "bucket-owner-full-control") return Output{};
  return api_error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");
}

ApiResult<void> check_setting(const Setting& setting, const json::value& value) {
  auto malformed =
      api_error(400, "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our published schema");
  if (setting.member == "Policy") {
    auto text = value.is_string() ? std::string_view(value.get_string()) : std::string_view();
    auto parsed = parse_json_object(text);
    if (!parsed || !find(parsed.value(), "Statement"))
      return api_error(400, "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'");
    return outcome::success();
  }
  if (!value.is_object()) return malformed;
  auto& members = value.get_object();
  if (setting.member == "VersioningConfiguration") {
    auto status = string_or(members, "Status");
    if (status != "Enabled" && status != "Suspended") return malformed;
  }
  if (setting.member == "LifecycleConfiguration") {
    auto* rules = find_array(members, "Rules");
    if (!rules || rules->empty()) return malformed;
    for (auto& rule : *rules) {
      auto status = rule.is_object() ? string_or(rule.get_object(), "Status") : "";
      if (status != "Enabled" && status != "Disabled") return malformed;
    }
  }
  return outcome::success();
}

}  // namespace

int64_t now(const World& world) { return to_millis(world.clock.now()); }
std::string iso(int64_t millis) { return iso8601(from_millis(millis)); }

ApiError no_such_bucket(std::string_view name) {
  auto error = api_error(404, "NoSuchBucket", "The specified bucket does not exist");
  error.members["BucketName"] = name;
  return error;
}

ApiError internal(const Fault& cause) { return api_error(500, "InternalError", cause.message); }

ApiResult<Bucket> Service::bucket_of(const Call& call) {
  auto name = string_or(call.input, "Bucket");
  auto bucket = objects_.bucket(name);
  if (!bucket) return no_such_bucket(name);
  auto expected = string_or(call.input, "ExpectedBucketOwner", world_.account);
  if (expected != world_.account) return api_error(403, "AccessDenied", "Access Denied");
  expire(*bucket);
  return std::move(*bucket);
}

Answer Service::create_bucket(const Call& call) {
  auto name = string_or(call.input, "Bucket");
  if (!is_bucket_name(name)) {
    auto error = api_error(400, "InvalidBucketName", "The specified bucket is not valid.");
    error.members["BucketName"] = name;
    return error;
  }
  auto* configuration = find_object(call.input, "CreateBucketConfiguration");
  auto region = configuration ? string_or(*configuration, "LocationConstraint") : "";
  if (region.empty()) region = call.caller.service.empty() ? "us-east-1" : call.region;
  if (region == "EU") region = "eu-west-1";
  if (region != call.region && call.region != "us-east-1" && !call.region.empty())
    return api_error(400, "IllegalLocationConstraintException",
                     configuration
                         ? "The " + region +
                               " location constraint is incompatible for the region specific "
                               "endpoint this request was sent to."
                         : "The unspecified location constraint is incompatible for the region specific "
                           "endpoint this request was sent to.");
  Output out{.value = {{"Location", "/" + name}}, .payload = {}};
  if (auto existing = objects_.bucket(name)) {
    if (existing->region == "us-east-1" && region == "us-east-1") return out;
    auto error =
        api_error(409, "BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own it.");
    error.members["BucketName"] = name;
    return error;
  }
  Bucket bucket{.name = name, .region = region, .created = now(world_), .settings = default_settings()};
  if (configuration && find_array(*configuration, "Tags"))
    bucket.settings["Tagging"] = {{"TagSet", *find_array(*configuration, "Tags")}};
  objects_.put_bucket(bucket);
  return out;
}

Answer Service::head_bucket(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  return Output{.value = {{"BucketRegion", bucket.region}, {"AccessPointAlias", false}}, .payload = {}};
}

Answer Service::delete_bucket(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  if (!objects_.is_empty(bucket.name)) {
    bool versioned = bucket.settings.contains("VersioningConfiguration");
    auto error = api_error(409, "BucketNotEmpty",
                           std::string("The bucket you tried to delete is not empty.") +
                               (versioned ? " You must delete all versions in the bucket." : ""));
    error.members["BucketName"] = bucket.name;
    return error;
  }
  objects_.erase_bucket(bucket.name);
  return Output{};
}

Answer Service::list_buckets(const Call& call) {
  auto prefix = string_or(call.input, "Prefix");
  auto region = string_or(call.input, "BucketRegion");
  auto after = string_or(call.input, "ContinuationToken");
  auto limit = find_int(call.input, "MaxBuckets").value_or(10'000);
  json::array list;
  Output out;
  for (auto& bucket : objects_.buckets()) {
    if (!bucket.name.starts_with(prefix) || bucket.name <= after) continue;
    if (!region.empty() && bucket.region != region) continue;
    if (int64_t(list.size()) == limit) {
      out.value["ContinuationToken"] = string_or(list.back().as_object(), "Name");
      break;
    }
    list.push_back(
        {{"Name", bucket.name}, {"CreationDate", iso(bucket.created)}, {"BucketRegion", bucket.region}});
  }
  out.value["Buckets"] = std::move(list);
  out.value["Owner"] = owner(world_);
  if (!prefix.empty()) out.value["Prefix"] = prefix;
  return out;
}

Answer Service::get_bucket_location(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  return Output{.value = {{"LocationConstraint", bucket.region == "us-east-1" ? "" : bucket.region}},
                .payload = {}};
}

Answer Service::get_bucket_acl(const Call& call) {
  LIVE_API_TRY(bucket_of(call));
  return private_acl(world_);
}

Answer Service::put_bucket_acl(const Call& call) {
  LIVE_API_TRY(bucket_of(call));
  return accept_acl(call);
}

Answer Service::get_object_acl(const Call& call) {
  LIVE_API_TRY(addressed(call));
  return private_acl(world_);
}

Answer Service::put_object_acl(const Call& call) {
  LIVE_API_TRY(addressed(call));
  return accept_acl(call);
}

Answer Service::get_bucket_policy_status(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto* policy = find(bucket.settings, "Policy");
  if (!policy) return api_error(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
  LIVE_API_TRY(check_setting(settings()[2], *policy));
  auto document = parse_json_object(std::string_view(policy->get_string()));
  bool is_public = false;
  auto* statements = find_array(document.value(), "Statement");
  for (auto& entry : statements ? *statements : json::array()) {
    auto& statement = entry.as_object();
    auto* principal = find(statement, "Principal");
    is_public |= string_or(statement, "Effect") == "Allow" && principal && *principal == "*" &&
                 !statement.contains("Condition");
  }
  return Output{.value = {{"PolicyStatus", {{"IsPublic", is_public}}}}, .payload = {}};
}

Answer Service::put_setting(const Call& call, const Setting& setting) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto* value = find(call.input, setting.member);
  LIVE_API_TRY(check_setting(setting, value ? *value : json::value()));
  bucket.settings[setting.member] = *value;
  objects_.put_bucket(bucket);
  expired_at_.erase(bucket.name);
  return Output{};
}

Answer Service::get_setting(const Call& call, const Setting& setting) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto* value = find(bucket.settings, setting.member);
  if (!value) {
    if (setting.missing.empty()) return Output{};
    auto error = api_error(404, std::string(setting.missing), std::string(setting.missing_message));
    error.members["BucketName"] = bucket.name;
    return error;
  }
  if (setting.nested) return Output{.value = {{setting.member, *value}}, .payload = {}};
  return Output{.value = value->as_object(), .payload = {}};
}

Answer Service::delete_setting(const Call& call, const Setting& setting) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  bucket.settings.erase(setting.member);
  // Every bucket stays encrypted: without a configuration of its own, by S3's keys.
  if (setting.query == "encryption") bucket.settings[setting.member] = default_settings().at(setting.member);
  objects_.put_bucket(bucket);
  return Output{};
}

}  // namespace live::cloud::s3
