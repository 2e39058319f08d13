// Folders that a process and its children find at other paths than we do: bind mounts in a namespace of its
// own. Root needs a mount namespace alone; others a user namespace around it, in which they stay who they
// are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace live {

struct Mount {
  enum class Need { must, may };  // what may not be there is left out
  enum class Access { as_it_is, read_only };

  std::filesystem::path from, at;  // with what is mounted below `from`
  Need need = Need::must;
  Access access = Access::as_it_is;  // not of what is mounted below
};

// Why this user may have none on this machine; nothing: they may.
std::optional<std::string> why_no_mounts();

// Prepared before vfork: the child shares our memory and may call system calls only.
class Namespace {
 public:
  explicit Namespace(const std::vector<Mount>& mounts);  // borrowed
  // In the child, in the mounts' order. False: errno says why.
  bool enter() const;

 private:
  struct Bind {
    const char *from, *at;
    bool must;
    unsigned long remount;  // flags; 0: as it is
  };
  bool enter_namespace() const;
  static bool bind(const Bind& one);

  std::vector<Bind> binds_;
  bool is_root_;
  std::string user_, group_;  // who it is inside: who it is outside
};

}  // namespace live
