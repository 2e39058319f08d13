// Keys that end, asked for again before they do: no request waits for that, or fails, while the old ones are
// good.
#pragma once

#include <functional>
#include <memory>

#include "aws/credentials.h"

namespace live::aws {

class RenewedCredentials final : public CredentialSource {
 public:
  using Fetch = std::function<Async<Result<Credentials>>()>;
  // `fetch` may be running when this is destroyed; what it borrows must bear that.
  RenewedCredentials(const Executor& executor, const Clock& clock, Fetch fetch);
  ~RenewedCredentials() override;

  void start_with(Credentials credentials);  // got already
  // Called once for keys that cannot be renewed, with the reason, while they are still good; and once with
  // nothing when they were renewed after all.
  void on_trouble(std::function<void(const Fault* why, TimePoint they_end)> told);

  Async<Result<Credentials>> get() override;

 private:
  struct State;
  static Async<void> renew(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace live::aws
