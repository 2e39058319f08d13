// One function's code, as LocalCode keeps it. A handler's file may change while a build runs: then that build
// is already stale.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "base/timer.h"
#include "live/code.h"
#include "live/layers.h"
#include "watch/watch.h"

namespace live {

bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder);

struct CodeEntry {
  CodeEntry(LocalFunction of, const Executor& executor)
      : function(std::move(of)),
        built(executor, Steady::time_point::max()),
        calm(executor),
        moment(executor) {}

  LocalFunction function;
  bool building = false, stale = true;
  bool unbuilt = false;     // the builder itself failed: not the code's fault
  bool wanted = false;      // a call waits for it
  bool has_untold = false;  // another bundle than the one that was told of
  std::optional<Result<Code::Ready>> last;
  uint64_t generation = 1;
  std::set<std::filesystem::path> watched;
  std::vector<std::filesystem::path> folders;        // likewise, with all that is in them
  std::string product;                               // which one a tool has made: another text, another one
  std::optional<Layers::Provided> layers;            // once they are here
  std::vector<std::filesystem::path> layer_folders;  // those that are followed
  std::string inputs_id;                             // of those of the builder's that are watched
  std::optional<std::set<std::filesystem::path>> changed_files;  // since the last build; nothing: not known
  asio::steady_timer built;                                      // cancelled when a build ended
  bool splitting = false;
  asio::steady_timer calm, moment;  // until it is split; until its errors count

  void note(const Changes& changes);
  bool concerns(const Changes& changes) const;
  bool has_in_a_layer(const Changes& changes) const;

 private:
  bool has_source(const std::filesystem::path& folder, const std::filesystem::path& path) const;
};

}  // namespace live
