#include "live/access.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"

namespace live {
namespace {

constexpr std::string_view kPayloads = " payloads/*";

char lower(char c) { return char(std::tolower(static_cast<unsigned char>(c))); }

enum class Case { matters, ignored };

// `*` and `?`; a policy variable, "${aws:username}", stands for anything.
bool matches(std::string_view pattern, std::string_view text, Case how) {
  size_t p = 0, t = 0, star = pattern.npos, mark = 0;
  auto const same = [how](char a, char b) { return how == Case::ignored ? lower(a) == lower(b) : a == b; };
  while (t < text.size()) {
    bool const variable = pattern.substr(p).starts_with("${") && pattern.find('}', p) != pattern.npos;
    if (p < pattern.size() && (pattern[p] == '*' || variable)) {
      p = variable ? pattern.find('}', p) + 1 : p + 1;
      star = p;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || same(pattern[p], text[t]))) {
      ++p, ++t;
    } else if (star != pattern.npos) {
      p = star;
      t = ++mark;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + std::ptrdiff_t(p), pattern.end(), [](char c) { return c == '*'; });
}

// A text or a list of texts.
bool any_matches(const json::value& patterns, std::string_view text, Case how) {
  if (auto const* one = patterns.if_string()) return matches(*one, text, how);
  auto const* list = patterns.if_array();
  return list && std::ranges::any_of(*list, [&](auto const& one) {
           return one.is_string() && matches(one.get_string(), text, how);
         });
}

bool covers(const json::object& statement, std::string_view name, std::string_view text, Case how) {
  if (auto const* in = find(statement, name)) return any_matches(*in, text, how);
  auto const* out = find(statement, "Not" + std::string(name));
  return out && !any_matches(*out, text, how);
}

struct Verdict {
  bool allowed = false, denied = false;
};

void judge(const json::object& statement, std::string_view action, std::string_view resource,
           Verdict& verdict) {
  if (!covers(statement, "Action", action, Case::ignored)) return;
  if (!covers(statement, "Resource", resource, Case::matters)) return;
  bool const allows = string_or(statement, "Effect") == "Allow";
  verdict.allowed |= allows;
  verdict.denied |= !allows && !find(statement, "Condition");
}

Verdict judge(const PolicyText& policy, std::string_view action, std::string_view resource) {
  Verdict verdict;
  auto const* statements = find(policy.document, "Statement");
  if (!statements) return verdict;
  if (auto const* one = statements->if_object()) judge(*one, action, resource, verdict);
  if (auto const* list = statements->if_array())
    for (auto const& one : *list)
      if (one.is_object()) judge(one.get_object(), action, resource, verdict);
  return verdict;
}

struct Deed {
  enum class For { both, developer, nobody };
  std::string words, action, resource;
  For needed = For::nobody;
};

std::vector<Deed> deeds_on(const DebugStackAddress& stack, const Principal& who) {
  using enum Deed::For;
  auto const place = ":" + stack.region + ":" + stack.account + ":";
  auto const arn = [&](std::string_view service, const std::string& rest) {
    return fmt::format("arn:{}:{}{}{}", stack.partition, service, place, rest);
  };
  auto const object = [&](const std::string& bucket, std::string_view key) {
    return fmt::format("arn:{}:s3:::{}{}", stack.partition, bucket, key);
  };
  auto const api = arn("execute-api", stack.api + "/" + stack.api_stage + "/");
  auto const table = arn("dynamodb", "table/" + stack.table);
  // Names that the debug stack of another stage would have.
  std::string const other_bucket = "other-app-debug-stack-payloads-0000000000";
  auto const other_api = arn("execute-api", "0000000000/live/");
  auto const other_table = arn("dynamodb", "table/other-app-debug-stack-Connections-0000000000");
  std::vector<Deed> deeds{
      {"connect to the WebSocket API", "execute-api:Invoke", api + "$connect", both},
      {"post to connections", "execute-api:ManageConnections", api + "POST/@connections/x", both},
      {"read the client row", "dynamodb:GetItem", table, both},
      {"read payloads/*", "s3:GetObject", object(stack.bucket, "/payloads/x"), both},
      {"write payloads/*", "s3:PutObject", object(stack.bucket, "/payloads/x"), both},
      {"delete payloads/*", "s3:DeleteObject", object(stack.bucket, "/payloads/x"), both},
      {"register as the client", "dynamodb:UpdateItem", table, developer},
      {"read the stage key", "s3:GetObject", object(stack.bucket, "/keys/stage"), developer},
      {"write the stage key", "s3:PutObject", object(stack.bucket, "/keys/stage"), developer},
      {"delete the stage key", "s3:DeleteObject", object(stack.bucket, "/keys/stage")},
      {"list the bucket", "s3:ListBucket", object(stack.bucket, "")},
      {"change the bucket's policy", "s3:PutBucketPolicy", object(stack.bucket, "")},
      {"replace the client row", "dynamodb:PutItem", table},
      {"delete the client row", "dynamodb:DeleteItem", table},
      {"scan the table", "dynamodb:Scan", table},
      {"delete the table", "dynamodb:DeleteTable", table},
      {"end connections", "execute-api:ManageConnections", api + "DELETE/@connections/x"},
      {"look at connections", "execute-api:ManageConnections", api + "GET/@connections/x"},
      {"connect to other stages' APIs", "execute-api:Invoke", other_api + "$connect"},
      {"post to other stages' connections", "execute-api:ManageConnections",
       other_api + "POST/@connections/x"},
      {"read other stages' client rows", "dynamodb:GetItem", other_table},
      {"write other stages' client rows", "dynamodb:UpdateItem", other_table},
      {"read other stages' keys", "s3:GetObject", object(other_bucket, "/keys/stage")},
      {"read other stages' payloads", "s3:GetObject", object(other_bucket, "/payloads/x")}};
  for (auto const& function : who.functions) {
    auto const itself = arn("lambda", "function:" + function);
    deeds.push_back(
        {"read the package of " + function + ", which holds the stage key", "lambda:GetFunction", itself});
    deeds.push_back({"change the code of " + function, "lambda:UpdateFunctionCode", itself});
    deeds.push_back({"change the variables of " + function, "lambda:UpdateFunctionConfiguration", itself});
  }
  return deeds;
}

// "read payloads/*, write payloads/*" as "read/write payloads/*".
std::vector<std::string> drawn_together(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  std::string verbs;
  for (auto const& one : words) {
    if (one.ends_with(kPayloads)) {
      verbs += (verbs.empty() ? "" : "/") + one.substr(0, one.size() - kPayloads.size());
    } else {
      out.push_back(one);
    }
  }
  if (!verbs.empty()) out.push_back(verbs + std::string(kPayloads));
  return out;
}

}  // namespace

std::optional<std::string> allowed_by(const Principal& who, std::string_view action,
                                      std::string_view resource) {
  if (who.root) return "root";
  std::optional<std::string> allowed;
  for (auto const& policy : who.policies) {
    auto const verdict = judge(policy, action, resource);
    if (verdict.denied) return std::nullopt;
    if (verdict.allowed && !allowed) allowed = policy.name;
  }
  if (!who.boundary) return allowed;
  auto const limit = judge(*who.boundary, action, resource);
  return limit.allowed && !limit.denied ? allowed : std::nullopt;
}

Abilities abilities_of(const Principal& who, const DebugStackAddress& stack, Role role) {
  Abilities found;
  for (auto const& deed : deeds_on(stack, who)) {
    bool const needed =
        deed.needed == Deed::For::both || (deed.needed == Deed::For::developer && role == Role::developer);
    auto const policy = allowed_by(who, deed.action, deed.resource);
    if (needed) {
      (policy ? found.may : found.lacks).push_back(deed.words);
    } else if (policy) {
      found.more.push_back({deed.words, *policy});
    }
  }
  return found;
}

std::string in_words(const Abilities& abilities, std::string_view stage) {
  auto may = drawn_together(abilities.may);
  for (auto& one : may)
    if (one == "post to connections") one += fmt::format(" of stage {}", stage);
  auto text =
      may.empty() ? std::string("nothing on the debug stack") : fmt::format("{}", fmt::join(may, ", "));
  if (abilities.more.empty()) return may.empty() ? text : text + "; nothing else on the debug stack";
  text += "; more than that: ";
  bool first = true;
  for (auto const& one : abilities.more) text += (std::exchange(first, false) ? "" : ", ") + one.words;
  return text;
}

}  // namespace live
