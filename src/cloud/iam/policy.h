// A policy document, parsed once, and what it says about one request. Pure: no store, no clock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/iam/policy_condition.h"
#include "cloud/iam/policy_pattern.h"

namespace live::cloud {

enum class PolicyUse {
  trust,     // who may assume a role: has principals, no resources
  identity,  // what a role or user may do: has resources, no principals
  resource,  // of a bucket, topic or function: has both
};

struct Principal {  // who asks
  enum class Kind { anonymous, root, user, session, service };
  Kind kind = Kind::anonymous;
  std::string account;
  std::string arn;       // of the user, or of the role's session
  std::string role_arn;  // of a session: the role it came from
  std::string service;   // "sns.amazonaws.com"
};

struct Question {
  const Principal& principal;
  std::string_view action;    // "s3:GetObject"
  std::string_view resource;  // an ARN, or "*" where an action has none
  const Context& context;
};

// How a statement names the principal it allows: each more exactly than the one before.
enum class Grant {
  none,
  account,    // "arn:aws:iam::1:root": the account may pass it on by identity policies
  everyone,   // "*"
  role,       // the role of the session
  principal,  // the user, session or service itself
};

struct Verdict {
  bool denied = false;
  Grant allowed = Grant::none;
};

class Policy {
 public:
  // A Fault says what is wrong, in IAM's words where it has some.
  static Result<Policy> parse(std::string_view text, PolicyUse use);
  static Result<Policy> parse(const json::object& document, PolicyUse use);

  Verdict judge(const Question& question) const;

 private:
  struct Names {  // of a Principal element
    bool everyone = false;
    std::vector<std::string> aws, services;
    Grant grant_to(const Principal& principal) const;
  };
  struct Statement {
    bool allow = false, not_actions = false, not_resources = false, not_principals = false;
    std::vector<Pattern> actions;
    std::vector<ArnPattern> resources;
    Names principals;
    std::vector<Condition> conditions;
  };
  static Result<Statement> parse_statement(const json::object& from, PolicyUse use,
                                           Pattern::Variables variables);
  static Result<Names> parse_names(const json::value& from);
  bool is_about(const Statement& statement, const Question& question) const;
  Grant granted(const Statement& statement, const Question& question) const;

  PolicyUse use_ = PolicyUse::identity;
  std::vector<Statement> statements_;
};

}  // namespace live::cloud
