// The layers of functions as folders on this machine: the developer's own where they lie, others unpacked
// once below the app's state folder.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "live/function_table.h"
#include "live/observer.h"
#include "runtime/places.h"

namespace live {

class Layers {
 public:
  using Fetch = std::function<Async<Result<std::string>>(std::string arn)>;  // the zip
  // What an entry asks for, installed; empty: nothing more is needed.
  using Install = std::function<Async<Result<std::filesystem::path>>(LocalFunction, LayerSource)>;

  // The observer is borrowed. Without `fetch` no layer of an account can be had.
  Layers(Executor executor, Observer& observer, std::filesystem::path folder, Fetch fetch,
         Install install = {});

  struct Provided {
    std::vector<std::filesystem::path> folders;  // in the function's order
    bool is_complete = true;
  };
  // One that cannot be had is told once, and left out; extensions that do not run are told once, too. Fault:
  // what an entry asks for cannot be installed.
  Async<Result<Provided>> provide(LocalFunction function);

 private:
  Async<Result<void>> add_packages(const LocalFunction& function, const LayerSource& layer,
                                   Provided& provided);
  void tell_extensions(const LocalFunction& function, const LayerSource& layer,
                       const std::filesystem::path& folder);
  Async<Result<std::filesystem::path>> folder_of(LayerSource layer);
  Async<Result<std::filesystem::path>> fetched(std::string arn);

  Observer& observer_;
  std::filesystem::path folder_;
  Fetch fetch_;
  Install install_;
  live::Places turns_;  // one at a time of each
  std::set<std::string> told_;
  std::map<std::string, Fault> refused_;  // by ARN: asked for once
};

// It is in a folder that is put away with the assembly it belongs to.
bool is_staged(const std::filesystem::path& source);

}  // namespace live
