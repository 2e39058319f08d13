// The log groups that Lambda made for the app's functions. No stack owns them, and a function that is gone no
// longer tells its own: they are noted on this machine before a deployment or removal can take functions
// away.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace live {

class NotedLogGroups {
 public:
  explicit NotedLogGroups(std::filesystem::path file) : file_(std::move(file)) {}
  std::vector<std::string> all() const;
  Result<void> add(const std::vector<std::string>& names);
  void forget();  // they are deleted

 private:
  std::filesystem::path file_;
};

}  // namespace live
