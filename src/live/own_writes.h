// What an app's own command writes while it is synthesised, and then reads (a build's products), is no save
// of the developer's: else each synthesis would ask for another.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace live {

class OwnWrites {
 public:
  using Time = std::filesystem::file_time_type;

  void began(Time now);  // a synthesis, or one that follows at once since the last was cancelled
  // True: what was taken away or emptied in it is so still, or is written anew, which has not been told.
  bool ended(Time now);

  // Whether a change that was just noticed is one of these: the file was written in a synthesis and is as it
  // was when it was noticed last, or it is gone or empty for now: its writer has yet to come to its text.
  bool hold(const std::filesystem::path& file);

 private:
  bool in_synthesis(Time at) const { return at >= began_ && (running_ || at <= ended_); }
  bool knows(const std::filesystem::path& file, std::string_view text) const;
  bool notice(const std::filesystem::path& file, std::string_view text);  // false: it is news

  Time began_ = Time::max(), ended_ = Time::min();
  bool running_ = false;
  std::map<std::filesystem::path, std::string> noticed_;  // digests
  std::set<std::filesystem::path> unfinished_;
};

}  // namespace live
