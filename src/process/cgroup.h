// Cgroups (version 2), one for each process and what descends from it: the kernel ends all that is in one
// when it uses more memory than it may have.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "process/cgroup_place.h"
#include "process/descriptor.h"

namespace live {

class CgroupTree {  // the kernel's
 public:
  virtual ~CgroupTree() = default;
  virtual bool make(const std::filesystem::path& folder) const;    // false: errno says why
  virtual bool remove(const std::filesystem::path& folder) const;  // false: something is in it
  virtual bool has_begun_in(int folder) const;  // a process that has ended; false: errno says why
};

class Cgroup;

// Those of one `live`, in a folder that it holds a lock on: one whose lock is free was left by a killed one,
// and is removed by the next.
class Cgroups : public std::enable_shared_from_this<Cgroups> {
 public:
  // Fault: why there can be none here. Found out by trying.
  static Result<std::shared_ptr<Cgroups>> create(const CgroupView& view, const CgroupTree& tree = kernel());
  ~Cgroups();
  Cgroups(const Cgroups&) = delete;

  Result<std::shared_ptr<Cgroup>> make();
  const std::filesystem::path& folder() const { return folder_; }

 private:
  friend class Cgroup;
  Cgroups(const CgroupTree& tree, std::filesystem::path folder, Descriptor lock)
      : tree_(tree), folder_(std::move(folder)), lock_(std::move(lock)) {}
  static const CgroupTree& kernel();
  void remove(std::filesystem::path folder);
  void remove_left();

  const CgroupTree& tree_;
  std::filesystem::path folder_;
  Descriptor lock_;
  std::vector<std::filesystem::path> left_;  // their processes were still ending
  size_t made_ = 0;
};

class Cgroup {
 public:
  Cgroup(std::shared_ptr<Cgroups> owner, std::filesystem::path folder, Descriptor opened)
      : owner_(std::move(owner)), folder_(std::move(folder)), opened_(std::move(opened)) {}
  ~Cgroup();  // ends what still runs in it
  Cgroup(const Cgroup&) = delete;

  Result<void> limit_memory(long mb);  // of everything in it, from its first process on
  bool ran_out_of_memory() const;      // by its own limit, not for the machine's sake
  // As fork(), with the child in it. The parent waits until the child has become a program or has ended.
  pid_t fork() const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::shared_ptr<Cgroups> owner_;  // may outlive who made it
  std::filesystem::path folder_;
  Descriptor opened_;
};

}  // namespace live
