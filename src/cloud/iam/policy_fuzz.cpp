// A policy document and, after a first line of "action resource", what it is asked: parsed for each use and
// judged. Whatever parses must give the same answer twice, and a Deny of everything must always win.
#include <cstddef>
#include <cstdint>

#include "cloud/iam/policy_decision.h"

namespace {

struct Fields final : live::cloud::Context {
  std::vector<std::string> values(std::string_view key) const override {
    if (key == "aws:username") return {"*"};
    if (key == "aws:TagKeys") return {"a", "b"};
    if (key == "aws:SourceIp") return {"127.0.0.1"};
    if (key == "aws:CurrentTime") return {"2026-11-23T07:20:00Z"};
    if (key == "aws:SecureTransport") return {"true"};
    return {};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace live::cloud;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto line = input.substr(0, input.find('\n'));
  auto document = input.substr(std::min(line.size() + 1, input.size()));
  auto action = line.substr(0, line.find(' '));
  auto resource = line.substr(std::min(action.size() + 1, line.size()));
  static const auto nothing =
      Policy::parse(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})", PolicyUse::identity);
  Fields fields;
  const Principal user{Principal::Kind::user, "1", "arn:aws:iam::1:user/a", "", ""};
  const Principal service{Principal::Kind::service, "1", "", "", "sns.amazonaws.com"};
  for (auto use : {PolicyUse::trust, PolicyUse::identity, PolicyUse::resource}) {
    auto policy = Policy::parse(document, use);
    if (policy.has_error()) continue;
    for (auto* principal : {&user, &service}) {
      Question question{*principal, action, resource, fields};
      auto first = policy.value().judge(question), second = policy.value().judge(question);
      if (first.denied != second.denied || first.allowed != second.allowed) __builtin_trap();
      Rules rules{.identity = {&policy.value()}};
      rules.boundary = &nothing.value();
      if (decide(rules, question) == Decision::allowed) __builtin_trap();
    }
  }
  return 0;
}
