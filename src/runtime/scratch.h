// Temporary files of workers, each in a folder of its own as each environment on Lambda has its own /tmp:
// there, where this machine allows it, else in one that TMPDIR names. What a killed `live` has left is
// removed by the next one.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "runtime/own_folders.h"

namespace live {

class Scratch {
 public:
  // Below `place`; nothing is made there before a worker needs it.
  explicit Scratch(std::filesystem::path place = system_place());
  static std::filesystem::path system_place();
  ~Scratch();
  Scratch(const Scratch&) = delete;

  // From now on workers find folders of their own at /tmp and /opt, if that is possible here. `always` stays
  // reachable for all of them.
  void isolate(Reachable always);
  bool isolates() const { return isolates_; }
  const std::string& why_not() const { return why_not_; }  // it does not though it should; empty: it does

  // For one worker, gone with it.
  Result<TempDir> folder();
  // Where workers are isolated; later ones can reach `also`, too.
  Result<OwnFolders> own_folders(const Reachable& also);

 private:
  Result<void> begin();
  void sweep() const;

  std::filesystem::path place_, root_;  // empty: not begun
  int lock_ = -1;                       // on it: whoever can have it knows that we are gone
  bool isolates_ = false;
  std::string why_not_;
  Reachable reachable_;
};

}  // namespace live
