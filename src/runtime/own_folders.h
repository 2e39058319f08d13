// What one worker finds at /tmp and /opt: folders of its own, as each environment on Lambda has them. Of this
// machine's /tmp that stays where it is which the worker needs, of its /opt everything that no layer hides.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "process/mounts.h"

namespace live {

// Entries of the machine's /tmp, by name.
class Reachable {
 public:
  Reachable() = default;
  // Those in which these lie, by links too.
  explicit Reachable(const std::vector<std::filesystem::path>& paths);
  // Those that variables name, as our own do: sockets of an IDE and of ssh-agent, folders of PATH, …
  static Reachable named_in(char* const* environment);

  void add(const Reachable& others);
  bool has(const Reachable& others) const;
  const std::set<std::string>& names() const { return names_; }

 private:
  void add(const std::filesystem::path& path);

  std::set<std::string> names_;
};

class OwnFolders {
 public:
  // In `place`, which they take with them.
  static Result<OwnFolders> in(TempDir place, Reachable reachable);

  const std::vector<Mount>& mounts() const { return mounts_; }
  const Reachable& reachable() const { return reachable_; }
  const std::filesystem::path& outside() const { return place_.path(); }  // where they lie for others
  // At any time, also while the process waits. A later layer's files hide those of an earlier one.
  Result<void> put_in_opt(const std::vector<std::filesystem::path>& layers);

 private:
  OwnFolders(TempDir place, Reachable reachable)
      : place_(std::move(place)), reachable_(std::move(reachable)) {}
  Result<void> furnish_tmp();
  Result<void> furnish_opt();
  void show(const std::filesystem::path& entry, const std::filesystem::path& at);

  TempDir place_;
  Reachable reachable_;
  std::vector<Mount> mounts_;
};

// Why no worker can have them here, whoever the user is; empty: they can.
std::string why_shared();

}  // namespace live
