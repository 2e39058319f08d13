#include "cloud/sts/sts.h"

#include <algorithm>

#include "base/encoding.h"
#include "cloud/iam/authorize_policies.h"
#include "cloud/iam/documents.h"
#include "cloud/iam/principals.h"
#include "cloud/input.h"
#include "cloud/keys.h"

namespace live::cloud {

namespace {

using std::chrono::seconds;

constexpr int64_t shortest_session = 900, longest_session = 43'200, longest_chained = 3'600;

bool is_session_name(std::string_view name) {
  return name.size() >= 2 && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) ||
                  std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

ApiError invalid(std::string message) { return api_error(400, "ValidationError", std::move(message)); }

// Mints a session for `caller` and gives it as AWS's Credentials.
json::object mint(World& world, Caller caller, int64_t duration_seconds) {
  auto expires = world.clock.now() + seconds(duration_seconds);
  Key key{.id = "ASIA" + world.ids.upper(16),
          .secret = base64(world.ids.bytes(30)),
          .token = "LIVE" + base64(world.ids.bytes(180)),
          .expires = expires,
          .caller = std::move(caller)};
  Keys(world.store).put(key);
  return {{"AccessKeyId", key.id},
          {"SecretAccessKey", key.secret},
          {"SessionToken", key.token},
          {"Expiration", iso8601(expires)}};
}

ApiResult<json::object> get_caller_identity(const Call& call) {
  return json::object{
      {"UserId", call.caller.user_id}, {"Account", call.caller.account}, {"Arn", call.caller.arn}};
}

ApiResult<int64_t> session_duration(const Call& call, const json::object& role) {
  auto duration = find_int(call.input, "DurationSeconds").value_or(3'600);
  if (duration < shortest_session || duration > longest_session) {
    return invalid(
        fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed to satisfy "
                    "constraint: Member must have value between {} and {}",
                    duration, shortest_session, longest_session));
  }
  if (!call.caller.service.empty())
    return duration;  // AWS's services hold their sessions as long as they run
  if (call.caller.arn.find(":assumed-role/") != std::string::npos && duration > longest_chained) {
    return invalid(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining");
  }
  if (duration > find_int(role, "MaxSessionDuration").value_or(3'600)) {
    return invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return duration;
}

// The documents that limit a session, as Caller keeps them: the input's own and the managed ones it names.
ApiResult<std::string> session_policies(World& world, const json::object& input) {
  json::array documents;
  if (input.contains("Policy")) {
    LIVE_API_TRY(auto text, policy_document(input, "Policy", PolicyUse::identity));
    documents.push_back(json::string(text));
  }
  if (auto arns = find_array(input, "PolicyArns")) {
    for (auto& each : *arns) {
      auto arn = each.is_object() ? string_or(each.get_object(), "arn") : "";
      auto text = managed_document(world.store, arn);
      if (!text)
        return api_error(400, "MalformedPolicyDocument", fmt::format("Policy {} was not found.", arn));
      documents.push_back(json::string(*text));
    }
  }
  return documents.empty() ? std::string() : json::serialize(documents);
}

ApiResult<json::object> assume_role(World& world, const Call& call) {
  LIVE_API_TRY(auto arn, required(call.input, "RoleArn", "ValidationError"));
  LIVE_API_TRY(auto session, required(call.input, "RoleSessionName", "ValidationError"));
  if (!is_session_name(session)) {
    return invalid(
        fmt::format("1 validation error detected: Value '{}' at 'roleSessionName' failed to satisfy "
                    "constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
                    session));
  }
  auto role = find_role_by_arn(world.store, arn);  // who may assume it, its trust policy has said
  if (!role)
    return api_error(403, "AccessDenied",
                     fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                                 call.caller.arn.empty() ? call.caller.service : call.caller.arn, arn));
  LIVE_API_TRY(auto duration, session_duration(call, *role));
  LIVE_API_TRY(auto limits, session_policies(world, call.input));
  auto name = string_or(*role, "RoleName");
  Caller assumed{.account = world.account,
                 .arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", world.account, name, session),
                 .user_id = string_or(*role, "RoleId") + ":" + session};
  assumed.session_policies = std::move(limits);
  json::object user{{"AssumedRoleId", assumed.user_id}, {"Arn", assumed.arn}};
  json::object answer{{"Credentials", mint(world, std::move(assumed), duration)},
                      {"AssumedRoleUser", std::move(user)}};
  if (auto source = find_string(call.input, "SourceIdentity")) answer["SourceIdentity"] = *source;
  return answer;
}

ApiResult<json::object> get_session_token(World& world, const Call& call) {
  if (call.caller.arn.find(":assumed-role/") != std::string::npos) {
    return api_error(403, "AccessDenied", "Cannot call GetSessionToken with session credentials");
  }
  auto duration = find_int(call.input, "DurationSeconds").value_or(longest_session);
  if (duration < shortest_session || duration > 129'600)
    return invalid("DurationSeconds must be 900 to 129600");
  return json::object{{"Credentials", mint(world, call.caller, duration)}};
}

}  // namespace

void add_sts(World& world, Front& front) {
  front.add_query("sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");
  auto& actions = world.actions;
  actions.add_plain("sts", "GetCallerIdentity", get_caller_identity);
  actions.add_plain("sts", "AssumeRole", [&world](const Call& call) { return assume_role(world, call); });
  actions.add_plain("sts", "GetSessionToken",
                    [&world](const Call& call) { return get_session_token(world, call); });
}

}  // namespace live::cloud
