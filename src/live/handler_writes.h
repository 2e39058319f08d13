// Files that a function itself writes among its sources: their change is no save, else each call would load
// the code anew. Its runtime says when it is about to write one, and then in which state it has left it; any
// other state is somebody else's doing, a save.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace live {

// Which content a path has, as runtimes/*/task-root name it too: inode, time of its change and size, of a
// folder the inode alone; "gone".
std::string file_state(const std::filesystem::path& file);

class HandlerWrites {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // A change is noticed when the writer closes the file: this long after it was opened at the latest, unless
  // the function says first in which state it has left it.
  static constexpr std::chrono::seconds kLongest{2};

  void began(const std::filesystem::path& file, Time now);
  // True: a change that was taken for its own was another one, a save.
  bool left(const std::filesystem::path& file, std::string_view state);
  // Whether a change that was just noticed is one of these.
  bool explain(const std::filesystem::path& file, Time now);

 private:
  struct Write {
    Time began;
    bool is_unseen = true;    // no change was noticed since
    std::string taken, left;  // the states that count as its own
  };
  std::map<std::filesystem::path, Write> writes_;
};

}  // namespace live
