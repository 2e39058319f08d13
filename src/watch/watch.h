// A set of files and folders, and what changed among them. Files need not exist; folders are watched with all
// that is in them. Survives replaced, deleted and recreated files, folders and symbolic links. Never polls.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"

namespace live {

struct Changes {
  std::set<std::filesystem::path> paths;  // as they were added, or below a folder that was; gone ones too
  bool everything = false;                // events were lost: anything may have changed
};

class Watch {
 public:
  // Fault: the system gives no watches; the message says which limit to raise.
  static Result<std::unique_ptr<Watch>> create(Executor executor);
  virtual ~Watch() = default;

  // A path added again is watched once. Relative paths count from the current folder.
  virtual void add(const std::filesystem::path& file) = 0;
  // With everything below it but what a glob names: by name ("node_modules", "*.log"), or by path from the
  // folder when it holds a slash ("dist/*.map"). Symbolic links to folders are not followed inside.
  virtual void add_folder(const std::filesystem::path& folder,
                          std::vector<std::string> ignore = {"node_modules", ".git", "cdk.out", ".live"}) = 0;
  virtual void remove(const std::filesystem::path& path) = 0;

  // Everything since the last time: at once when a watched file was written or moved into its place, else at
  // the earliest 3 ms after the first of it, so that an editor's save is one change. A file counts as changed
  // when its writer closes it. One waiter at a time; fault cancelled when we end.
  virtual Async<Result<Changes>> next() = 0;

  // What next() would give, once the save that is under way is over (3 ms at most), if one is. Nothing:
  // nothing has happened, or it is given already.
  virtual Async<Changes> pending() = 0;

  // A folder that cannot be watched, if there was one: the system's limit is reached, and changes are missed.
  virtual const std::string& shortage() const = 0;
};

}  // namespace live
