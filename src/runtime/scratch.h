// Temporary files of workers, each in a folder of its own as each environment on Lambda has its own /tmp.
// What a killed `live` has left is removed by the next one.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace live {

class Scratch {
 public:
  // Below `place`; nothing is made there before a worker needs it.
  explicit Scratch(std::filesystem::path place = system_place());
  ~Scratch();
  Scratch(const Scratch&) = delete;

  Result<TempDir> folder();  // for one worker, gone with it

 private:
  static std::filesystem::path system_place();
  Result<void> begin();
  void sweep() const;

  std::filesystem::path place_, root_;  // empty: not begun
  int lock_ = -1;                       // on it: whoever can have it knows that we are gone
};

}  // namespace live
