#include "cloud/iam/authorize_context.h"

#include <algorithm>

namespace live::cloud {

namespace {

using Values = std::vector<std::string>;
using Kind = Principal::Kind;

// Keys that are a member of the input under another name.
struct MemberKey {
  std::string_view key, service, member;
};

constexpr MemberKey member_keys[] = {
    {"s3:prefix", "s3", "Prefix"},
    {"s3:delimiter", "s3", "Delimiter"},
    {"s3:max-keys", "s3", "MaxKeys"},
    {"s3:VersionId", "s3", "VersionId"},
    {"s3:x-amz-acl", "s3", "ACL"},
    {"s3:x-amz-copy-source", "s3", "CopySource"},
    {"s3:x-amz-metadata-directive", "s3", "MetadataDirective"},
    {"s3:x-amz-server-side-encryption", "s3", "ServerSideEncryption"},
    {"s3:x-amz-server-side-encryption-aws-kms-key-id", "s3", "SSEKMSKeyId"},
    {"s3:x-amz-storage-class", "s3", "StorageClass"},
    {"dynamodb:Select", "dynamodb", "Select"},
    {"dynamodb:ReturnConsumedCapacity", "dynamodb", "ReturnConsumedCapacity"},
    {"dynamodb:ReturnValues", "dynamodb", "ReturnValues"},
    {"sns:Protocol", "sns", "Protocol"},
    {"sns:Endpoint", "sns", "Endpoint"},
    {"lambda:Principal", "lambda", "Principal"},
    {"lambda:FunctionArn", "lambda", "FunctionName"},
    {"lambda:FunctionUrlAuthType", "lambda", "FunctionUrlAuthType"},
    {"lambda:InvokedViaFunctionUrl", "lambda", "InvokedViaFunctionUrl"},
    {"iam:PolicyARN", "iam", "PolicyArn"},
    {"iam:PermissionsBoundary", "iam", "PermissionsBoundary"},
    {"iam:AWSServiceName", "iam", "AWSServiceName"},
    {"sts:ExternalId", "sts", "ExternalId"},
    {"sts:RoleSessionName", "sts", "RoleSessionName"},
    {"sts:SourceIdentity", "sts", "SourceIdentity"},
    {"cloudformation:RoleArn", "cloudformation", "RoleARN"},
    {"cloudformation:TemplateUrl", "cloudformation", "TemplateURL"},
    {"cloudformation:ChangeSetName", "cloudformation", "ChangeSetName"},
    {"cloudformation:StackPolicyUrl", "cloudformation", "StackPolicyURL"},
    {"ssm:Overwrite", "ssm", "Overwrite"},
};

// What cannot be told here: a value that fits no policy, so that silence never reads as consent.
const Values unknown{std::string("\0unknown", 8)};

Values one(std::string value) {
  if (value.empty()) return {};
  return {std::move(value)};
}

std::string flag(bool value) { return value ? "true" : "false"; }

std::string after_last(std::string_view text, char mark) {
  return std::string(text.substr(text.rfind(mark) + 1));
}

bool cut(std::string_view& key, std::string_view prefix) {
  if (key.size() < prefix.size() || !same_letters(key.substr(0, prefix.size()), prefix)) return false;
  key.remove_prefix(prefix.size());
  return true;
}

// [{Key, Value}], [{key, value}] or {name: value}: services differ.
std::vector<std::pair<std::string, std::string>> tags_in(const json::value& given) {
  std::vector<std::pair<std::string, std::string>> tags;
  if (auto map = given.if_object())
    for (auto& [name, value] : *map)
      tags.emplace_back(name, value.is_string() ? std::string(value.get_string()) : "");
  if (auto list = given.if_array())
    for (auto& each : *list) {
      auto tag = each.if_object();
      if (tag)
        tags.emplace_back(string_or(*tag, "Key", string_or(*tag, "key")),
                          string_or(*tag, "Value", string_or(*tag, "value")));
    }
  return tags;
}

std::vector<std::pair<std::string, std::string>> request_tags(const json::object& input) {
  for (auto member : {"Tags", "tags"})
    if (auto given = find(input, member)) return tags_in(*given);
  return {};
}

}  // namespace

Values CallContext::of_principal(std::string_view key) const {
  if (cut(key, "aws:PrincipalTag/")) {
    for (auto& tag : tags_)
      if (tag.is_object() && same_letters(string_or(tag.get_object(), "Key"), key))
        return {string_or(tag.get_object(), "Value")};
    return {};
  }
  bool service = principal_.kind == Kind::service;
  if (same_letters(key, "aws:PrincipalIsAWSService")) return one(flag(service));
  if (same_letters(key, "aws:PrincipalServiceName")) return one(principal_.service);
  if (service || principal_.kind == Kind::anonymous) return {};
  if (same_letters(key, "aws:PrincipalArn"))
    return one(principal_.role_arn.empty() ? principal_.arn : principal_.role_arn);
  if (same_letters(key, "aws:PrincipalAccount")) return one(principal_.account);
  if (same_letters(key, "aws:userid")) return one(call_.caller.user_id);
  if (same_letters(key, "aws:username"))
    return principal_.kind == Kind::user ? one(after_last(principal_.arn, '/')) : Values{};
  if (same_letters(key, "aws:MultiFactorAuthPresent"))
    return principal_.kind == Kind::session ? one("false") : Values{};
  if (!same_letters(key, "aws:PrincipalType")) return {};
  return one(principal_.kind == Kind::user   ? "User"
             : principal_.kind == Kind::root ? "Account"
                                             : "AssumedRole");
}

Values CallContext::of_source(std::string_view key) const {
  bool via = principal_.kind != Kind::service && !call_.caller.service.empty();
  if (same_letters(key, "aws:ViaAWSService")) return one(flag(via));
  if (cut(key, "aws:CalledVia"))
    return via && (key.empty() || same_letters(key, "First") || same_letters(key, "Last"))
               ? one(call_.caller.service)
               : Values{};
  if (principal_.kind != Kind::service) return {};
  if (same_letters(key, "aws:SourceArn")) return one(call_.caller.arn);
  if (same_letters(key, "aws:SourceAccount") || same_letters(key, "aws:SourceOwner"))
    return one(call_.caller.account);
  return {};
}

Values CallContext::of_request(std::string_view key) const {
  if (same_letters(key, "aws:SecureTransport")) return {"true"};  // loopback counts as TLS
  if (same_letters(key, "aws:SourceIp"))
    return call_.caller.service.empty() ? Values{"127.0.0.1"} : Values{};  // nobody else reaches the port
  if (same_letters(key, "aws:CurrentTime")) return {iso8601(now_)};
  if (same_letters(key, "aws:EpochTime")) return {std::to_string(to_millis(now_) / 1000)};
  if (same_letters(key, "aws:RequestedRegion")) return one(call_.region);
  if (same_letters(key, "aws:ResourceAccount") || same_letters(key, "s3:ResourceAccount"))
    return one(principal_.account.empty() ? call_.caller.account : principal_.account);
  if (same_letters(key, "aws:TagKeys")) {
    Values keys;
    for (auto& [name, value] : request_tags(call_.input)) keys.push_back(name);
    if (auto names = find_array(call_.input, "TagKeys"))
      for (auto& name : *names)
        if (name.is_string()) keys.emplace_back(name.get_string());
    return keys;
  }
  if (cut(key, "aws:RequestTag/"))
    for (auto& [name, value] : request_tags(call_.input))
      if (same_letters(name, key)) return {value};
  return {};
}

Values CallContext::of_service(std::string_view key) const {
  if (same_letters(key, "iam:PassedToService")) return one(need_.passed_to);
  if (same_letters(key, "dynamodb:LeadingKeys") || same_letters(key, "dynamodb:Attributes"))
    return call_.service == "dynamodb" ? unknown : Values{};
  for (auto& known : member_keys) {
    if (known.service != call_.service || !same_letters(known.key, key)) continue;
    auto value = find(call_.input, known.member);
    if (!value || value->is_null()) return {};
    return {value->is_string() ? std::string(value->get_string()) : json::serialize(*value)};
  }
  return {};
}

Values CallContext::values(std::string_view key) const {
  auto rest = key;
  if (!cut(rest, "aws:")) return same_letters(key, "s3:ResourceAccount") ? of_request(key) : of_service(key);
  for (auto part : {&CallContext::of_principal, &CallContext::of_source, &CallContext::of_request}) {
    auto found = (this->*part)(key);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace live::cloud
