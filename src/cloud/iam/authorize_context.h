// What conditions may ask of a call: global keys (aws:…) and those of the services that are here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cloud/call.h"
#include "cloud/iam/authorize_needs.h"
#include "cloud/iam/policy.h"

namespace live::cloud {

class CallContext final : public Context {
 public:
  // All borrowed. `tags`: of the role or user, [{Key, Value}].
  CallContext(const Call& call, const Principal& principal, const json::array& tags, const Need& need,
              TimePoint now)
      : call_(call), principal_(principal), tags_(tags), need_(need), now_(now) {}

  std::vector<std::string> values(std::string_view key) const override;

 private:
  std::vector<std::string> of_principal(std::string_view key) const;  // aws:Principal… and its like
  std::vector<std::string> of_source(std::string_view key) const;     // for whom a service calls
  std::vector<std::string> of_request(std::string_view key) const;
  std::vector<std::string> of_service(std::string_view key) const;

  const Call& call_;
  const Principal& principal_;
  const json::array& tags_;
  const Need& need_;
  TimePoint now_;
};

}  // namespace live::cloud
