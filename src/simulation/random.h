// The one source of chance of a schedule: the same seed, the same schedule.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/ids.h"

namespace live::simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {  // splitmix64
    uint64_t z = state_ += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t limit) { return next() % limit; }
  bool chance(double probability) { return double(next() >> 11) * 0x1p-53 < probability; }
  // As often within a decade as within the next: short ones are common, long ones do happen.
  std::chrono::nanoseconds between(std::chrono::nanoseconds least, std::chrono::nanoseconds most) {
    auto const low = std::log(double(least.count())), high = std::log(double(most.count()));
    return std::chrono::nanoseconds(int64_t(std::exp(low + (high - low) * (double(next() >> 11) * 0x1p-53))));
  }

 private:
  uint64_t state_;
};

class SeededIds final : public Ids {
 public:
  explicit SeededIds(uint64_t seed) : random_(seed) {}
  std::string bytes(size_t count) override {
    std::string out(count, '\0');
    for (size_t i = 0; i < count; i += 8) {
      auto word = random_.next();
      for (size_t j = i; j < std::min(count, i + 8); ++j, word >>= 8) out[j] = char(word & 0xff);
    }
    return out;
  }

 private:
  Random random_;
};

}  // namespace live::simulation
