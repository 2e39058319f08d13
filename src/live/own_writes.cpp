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
  bool is_news = false;
  for (auto const& file : std::exchange(unfinished_, {}))
    if (auto text = read_file(file); text.has_error())
      is_news = true;
    else
      is_news |= !notice(file, text.value());
  return is_news;
}

bool OwnWrites::hold(const std::filesystem::path& file) {
  std::error_code failed;
  auto const at = std::filesystem::last_write_time(file, failed);
  auto const text = read_file(file);
  bool const is_gone = failed || text.has_error();
  if (!is_gone && knows(file, text.value()) && in_synthesis(at)) return true;
  if (running_ && (is_gone || text.value().empty())) {
    unfinished_.insert(file);
    return true;
  }
  if (!is_gone) notice(file, text.value());
  return false;
}

bool OwnWrites::knows(const std::filesystem::path& file, std::string_view text) const {
  auto const known = noticed_.find(file);
  return known != noticed_.end() && known->second == sha256(text);
}

bool OwnWrites::notice(const std::filesystem::path& file, std::string_view text) {
  bool const known = knows(file, text);
  noticed_[file] = sha256(text);
  return known;
}

}  // namespace live
