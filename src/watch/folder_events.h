// What the operating system tells about single folders: inotify here, kqueue on others behind this header.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/result.h"

namespace live {

class FolderEvents {
 public:
  struct Event {
    enum class Kind {
      written,    // a file in it was written and closed
      created,    // a new name in it; a file may have its writing still before it
      arrived,    // moved in
      vanished,   // deleted or moved out
      moved,      // the folder itself was moved or deleted
      forgotten,  // the folder is watched no more
      lost,       // events of any folder were lost
    };
    int folder = -1;  // what watch() gave
    Kind kind = Kind::lost;
    bool is_folder = false;  // what appeared or vanished
    std::string name;        // in the folder
  };
  enum class Depth {
    names,     // only what appears and vanishes
    contents,  // what is written too
  };

  // Calls back from the executor until it is destroyed.
  static Result<std::unique_ptr<FolderEvents>> create(Executor executor, std::function<void(Event)> on_event);
  virtual ~FolderEvents() = default;

  // The same number for the same folder; a second call changes its depth.
  virtual Result<int> watch(const std::filesystem::path& folder, Depth depth) = 0;
  virtual void forget(int folder) = 0;
};

}  // namespace live
