#include "live/handler_writes.h"

#include <sys/stat.h>

#include <fmt/format.h>

namespace live {
namespace {

constexpr std::chrono::minutes kKept{20};  // longer than a call

}  // namespace

std::string file_state(const std::filesystem::path& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return "gone";
  if (S_ISDIR(found.st_mode)) return fmt::format("{}", found.st_ino);
  auto const changed = found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec;
  return fmt::format("{}:{}:{}", found.st_ino, changed, found.st_size);
}

void HandlerWrites::began(const std::filesystem::path& file, Time now) {
  std::erase_if(writes_, [now](auto const& one) { return now - one.second.began > kKept; });
  auto& write = writes_[file];
  write.began = now;
  write.is_unseen = true;
  write.taken.clear();
}

bool HandlerWrites::left(const std::filesystem::path& file, std::string_view state) {
  auto const found = writes_.find(file);
  if (found == writes_.end()) return false;
  auto& write = found->second;
  bool const was_another = !write.taken.empty() && write.taken != state;
  write.is_unseen = false;
  write.taken.clear();
  write.left = state;
  return was_another;
}

bool HandlerWrites::explain(const std::filesystem::path& file, Time now) {
  auto const found = writes_.find(file);
  if (found == writes_.end()) return false;
  auto& write = found->second;
  auto const state = file_state(file);
  if (state == write.left || state == write.taken) return true;
  bool const is_first = std::exchange(write.is_unseen, false) && now - write.began <= kLongest;
  write.taken = is_first ? state : "";
  return is_first;
}

}  // namespace live
