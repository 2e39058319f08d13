// Files that a function itself has just written among its sources: their change is no save, else each call
// would load the code anew.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>

namespace live {

class HandlerWrites {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // A change is noticed when the writer closes the file: this long after it was opened at the latest.
  static constexpr std::chrono::seconds kLongest{2};

  void began(const std::filesystem::path& file, Time now) {
    std::erase_if(began_, [now](auto const& one) { return now - one.second > kLongest; });
    began_[file] = now;
  }
  // Whether a change that was just noticed is one of these.
  bool explain(const std::filesystem::path& file, Time now) const {
    auto const found = began_.find(file);
    return found != began_.end() && now - found->second <= kLongest;
  }

 private:
  std::map<std::filesystem::path, Time> began_;
};

}  // namespace live
