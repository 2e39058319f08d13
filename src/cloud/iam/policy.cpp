#include "cloud/iam/policy.h"

#include <algorithm>

#include <fmt/format.h>

namespace live::cloud {

namespace {

constexpr size_t deepest = 32;
constexpr std::string_view elements[] = {"Sid",         "Effect",    "Action",       "NotAction", "Resource",
                                         "NotResource", "Principal", "NotPrincipal", "Condition"};

Result<std::vector<std::string>> texts(const json::value& value, std::string_view element) {
  std::vector<std::string> made;
  if (auto text = value.if_string()) {
    made.emplace_back(*text);
    return made;
  }
  auto list = value.if_array();
  if (!list) return fault(fmt::format("Syntax errors in policy: {} is neither text nor a list.", element));
  for (auto& each : *list) {
    if (!each.is_string()) return fault(fmt::format("Syntax errors in policy: {} holds no text.", element));
    made.emplace_back(each.get_string());
  }
  return made;
}

bool is_action(std::string_view text) {
  if (text == "*") return true;
  auto colon = text.find(':');
  return colon != text.npos && colon > 0 && colon + 1 < text.size() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) ||
                  std::string_view(":*?-_").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

bool is_resource(std::string_view text) {
  return text == "*" || text.starts_with("arn:") || text.starts_with("arn*") || text.starts_with("${") ||
         (text.starts_with('*') && text.find_first_not_of('*') == text.npos);
}

// Exactly one of the element and its "Not" form; which one it was.
Result<const json::value*> either(const json::object& from, std::string_view element, bool* negated,
                                  std::string_view neither) {
  auto plain = find(from, element), negative = find(from, "Not" + std::string(element));
  if (!plain == !negative) return fault(std::string(neither));
  *negated = negative != nullptr;
  return plain ? plain : negative;
}

}  // namespace

Result<Policy::Names> Policy::parse_names(const json::value& from) {
  Names names;
  if (auto text = from.if_string()) {
    if (*text != "*") return fault("Invalid principal in policy.");
    names.everyone = true;
    return names;
  }
  auto kinds = from.if_object();
  if (!kinds || kinds->empty()) return fault("Invalid principal in policy.");
  for (auto& [kind, value] : *kinds) {
    LIVE_TRY(auto given, texts(value, "Principal"));
    if (kind == "Service") {
      names.services = std::move(given);
    } else if (kind == "AWS") {
      names.everyone = std::find(given.begin(), given.end(), "*") != given.end();
      names.aws = std::move(given);
    } else if (kind != "Federated" && kind != "CanonicalUser") {  // those two name nobody here
      return fault("Invalid principal in policy.");
    }
  }
  return names;
}

Grant Policy::Names::grant_to(const Principal& principal) const {
  using Kind = Principal::Kind;
  auto names = [](const std::vector<std::string>& list, std::string_view name) {
    return !name.empty() && std::find(list.begin(), list.end(), name) != list.end();
  };
  if (principal.kind == Kind::service) {
    if (names(services, principal.service) || names(services, "*")) return Grant::principal;
    return everyone ? Grant::everyone : Grant::none;
  }
  if (names(aws, principal.arn)) return Grant::principal;
  if (names(aws, principal.role_arn)) return Grant::role;
  if (everyone) return Grant::everyone;
  bool has_account = !principal.account.empty();
  if (has_account &&
      (names(aws, principal.account) || names(aws, fmt::format("arn:aws:iam::{}:root", principal.account))))
    return principal.kind == Kind::root ? Grant::principal : Grant::account;
  return Grant::none;
}

Result<Policy::Statement> Policy::parse_statement(const json::object& from, PolicyUse use,
                                                  Pattern::Variables variables) {
  Statement made;
  for (auto& [name, value] : from)
    if (std::find(std::begin(elements), std::end(elements), name) == std::end(elements))
      return fault(
          fmt::format("Syntax errors in policy: {} is no element of a statement.", std::string_view(name)));
  auto effect = string_or(from, "Effect");
  if (effect != "Allow" && effect != "Deny") return fault("Missing required field Effect");
  made.allow = effect == "Allow";

  LIVE_TRY(auto* actions,
           either(from, "Action", &made.not_actions, "Policy statement must contain actions."));
  LIVE_TRY(auto action_texts, texts(*actions, "Action"));
  for (auto& action : action_texts) {
    if (!is_action(action))
      return fault("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    made.actions.push_back(Pattern::compile(action, Pattern::Wildcards::active, Pattern::Variables::literal));
  }
  bool has_resource = from.contains("Resource") || from.contains("NotResource");
  if (use == PolicyUse::trust && has_resource) return fault("Has prohibited field Resource");
  if (use != PolicyUse::trust) {
    LIVE_TRY(auto* resources,
             either(from, "Resource", &made.not_resources, "Policy statement must contain resources."));
    LIVE_TRY(auto resource_texts, texts(*resources, "Resource"));
    for (auto& resource : resource_texts) {
      if (!is_resource(resource))
        return fault(fmt::format("Resource {} must be in ARN format or \"*\".", resource));
      made.resources.push_back(ArnPattern::compile(resource, variables));
    }
  }
  bool has_principal = from.contains("Principal") || from.contains("NotPrincipal");
  if (use == PolicyUse::identity && has_principal)
    return fault("Policy document should not specify a principal.");
  if (use != PolicyUse::identity) {
    LIVE_TRY(auto* principals, either(from, "Principal", &made.not_principals,
                                      use == PolicyUse::trust ? "AssumeRolepolicy contained no principal"
                                                              : "Missing required field Principal"));
    LIVE_TRY(auto names, parse_names(*principals));
    made.principals = std::move(names);
  }
  if (auto block = find(from, "Condition")) {
    LIVE_TRY(auto conditions, parse_conditions(*block, variables));
    made.conditions = std::move(conditions);
  }
  return made;
}

Result<Policy> Policy::parse(std::string_view text, PolicyUse use) {
  auto document = parse_json_object(text, deepest);
  if (document.has_error()) return fault("This policy contains invalid Json");
  return parse(document.value(), use);
}

Result<Policy> Policy::parse(const json::object& document, PolicyUse use) {
  Policy made;
  made.use_ = use;
  auto version = string_or(document, "Version", "2008-10-17");
  if (version != "2012-10-17" && version != "2008-10-17")
    return fault("Policy document must be version 2012-10-17 or greater.");
  auto variables = version == "2012-10-17" ? Pattern::Variables::active : Pattern::Variables::literal;
  auto statements = find(document, "Statement");
  if (!statements) return fault("Syntax errors in policy.");
  json::array single;
  if (statements->is_object()) single.push_back(*statements);
  auto& list = statements->is_array() ? statements->get_array() : single;
  if (list.empty()) return fault("Syntax errors in policy.");
  for (auto& each : list) {
    if (!each.is_object()) return fault("Syntax errors in policy.");
    LIVE_TRY(auto statement, parse_statement(each.get_object(), use, variables));
    made.statements_.push_back(std::move(statement));
  }
  return made;
}

bool Policy::is_about(const Statement& statement, const Question& question) const {
  auto& context = question.context;
  bool action = std::any_of(statement.actions.begin(), statement.actions.end(), [&](auto& each) {
    return each.matches(question.action, context, Pattern::Case::any);
  });
  if (action == statement.not_actions) return false;
  if (use_ != PolicyUse::trust) {
    bool resource = std::any_of(statement.resources.begin(), statement.resources.end(),
                                [&](auto& each) { return each.matches(question.resource, context); });
    if (resource == statement.not_resources) return false;
  }
  return std::all_of(statement.conditions.begin(), statement.conditions.end(),
                     [&](auto& each) { return each.holds(context); });
}

Grant Policy::granted(const Statement& statement, const Question& question) const {
  if (use_ == PolicyUse::identity) return Grant::principal;
  auto grant = statement.principals.grant_to(question.principal);
  if (!statement.not_principals) return grant;
  // Everyone but those named. Naming the account alone does not name who is in it.
  return grant == Grant::none || grant == Grant::account ? Grant::everyone : Grant::none;
}

Verdict Policy::judge(const Question& question) const {
  Verdict verdict;
  for (auto& statement : statements_) {
    auto grant = granted(statement, question);
    if (grant == Grant::none || !is_about(statement, question)) continue;
    if (statement.allow)
      verdict.allowed = std::max(verdict.allowed, grant);
    else
      verdict.denied = true;
  }
  return verdict;
}

}  // namespace live::cloud
