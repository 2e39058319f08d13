// Where the app goes, and as whom.
#pragma once

#include <string>

#include "live/app.h"
#include "live/host_types.h"

namespace live {

struct Target {
  App app;
  std::string stage;
  std::string region;
  std::string account;
  std::string endpoint;  // of the embedded AWS; empty: AWS
  Identity identity;
};

}  // namespace live
