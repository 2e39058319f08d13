#include "aws/simulation.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.h"

namespace live::aws {
namespace {

constexpr Milliseconds kTimeout{10'000};

std::string members(std::string_view name, const std::vector<std::string>& values) {
  std::string text;
  int at = 0;
  for (auto const& one : values) text += fmt::format("&{}.member.{}={}", name, ++at, uri_encode(one));
  return text;
}

std::vector<std::string> denied_in(std::string_view xml) {
  constexpr std::string_view kMark = "<EvalActionName>";
  std::vector<std::string> denied;
  for (size_t at = xml.find(kMark); at != xml.npos; at = xml.find(kMark, at + 1)) {
    auto const rest = xml.substr(at);
    auto const action = xml_text(rest, "EvalActionName"), decision = xml_text(rest, "EvalDecision");
    bool const known = std::ranges::find(denied, action.value_or("")) != denied.end();
    if (action && decision && *decision != "allowed" && !known) denied.push_back(*action);
  }
  return denied;
}

}  // namespace

Async<Result<std::vector<std::string>>> denied_actions(AwsClient& client, std::string principal,
                                                       std::vector<std::string> actions,
                                                       std::vector<std::string> resources) {
  AwsCall call;
  call.doing = "IAM SimulatePrincipalPolicy of " + principal;
  call.service = "iam";
  call.host = "iam.amazonaws.com";
  call.request.method = "POST";
  call.request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.request.body =
      "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn=" + uri_encode(principal) +
      members("ActionNames", actions) + members("ResourceArns", resources);
  call.timeout = kTimeout;
  LIVE_CO_TRY(auto const response, co_await client.send(std::move(call)));
  co_return denied_in(response.body);
}

std::string principal_arn(std::string_view caller) {
  constexpr std::string_view kSession = ":assumed-role/";
  size_t const at = caller.find(kSession);
  if (at == caller.npos) return std::string(caller);
  auto const rest = caller.substr(at + kSession.size());
  auto const account = caller.substr(0, at).substr(caller.substr(0, at).rfind(':') + 1);
  auto const partition = caller.substr(0, caller.find(":sts:"));
  return fmt::format("{}:iam::{}:role/{}", partition, account, rest.substr(0, rest.find('/')));
}

}  // namespace live::aws
