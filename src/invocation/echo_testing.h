// Answers each call with its event, unless a test has it do something else. Tests only.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "invocation/invocation.h"

namespace live {

class Echo final : public Invoker {
 public:
  std::vector<Invocation> calls;
  std::function<Async<Reply>(Invocation)> instead;
  Async<Reply> invoke(Invocation invocation) override {
    calls.push_back(invocation);
    if (instead) co_return co_await instead(std::move(invocation));
    co_return Reply{Reply::Outcome::success, invocation.event, ""};
  }
};

}  // namespace live
