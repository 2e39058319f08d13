#include "live/own_writes.h"

#include <algorithm>

#include "base/file.h"
#include "base/hash.h"

namespace live {

void OwnWrites::began(Time now) {
  if (!running_) began_ = now;
  running_ = true;
}

bool OwnWrites::ended(Time now) {
  running_ = false;
  ended_ = now;
  auto const is_gone = [](auto const& file) {
    std::error_code ignored;
    return !std::filesystem::exists(file, ignored);
  };
  return std::ranges::any_of(std::exchange(gone_, {}), is_gone);
}

bool OwnWrites::hold(const std::filesystem::path& file) {
  std::error_code failed;
  auto const at = std::filesystem::last_write_time(file, failed);
  auto const text = read_file(file);
  if (failed || text.has_error()) {
    if (running_) gone_.insert(file);
    return running_;
  }
  auto digest = sha256(text.value());
  auto& noticed = noticed_[file];
  bool const known = noticed == digest;
  noticed = std::move(digest);
  return known && in_synthesis(at);
}

}  // namespace live
