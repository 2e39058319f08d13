// Random identifiers, injected, so that a test can foretell them.
#pragma once

#include <cstdint>
#include <string>

namespace live {

class Ids {
 public:
  virtual ~Ids() = default;
  virtual std::string bytes(size_t count) = 0;  // random

  std::string uuid();              // version 4, lower case
  std::string hex(size_t digits);  // lower case
  // Letters and digits only, as AWS's own identifiers: upper("ABIA…") or lower case.
  std::string lower(size_t count);
  std::string upper(size_t count);
};

class RandomIds final : public Ids {  // the kernel's
 public:
  std::string bytes(size_t count) override;
};

class CountingIds final : public Ids {  // for tests: the same sequence each time
 public:
  explicit CountingIds(uint64_t seed = 1) : state_(seed) {}
  std::string bytes(size_t count) override;

 private:
  uint64_t state_;
};

}  // namespace live
