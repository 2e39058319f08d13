// Where a layer's content is to be had.
#pragma once

#include <filesystem>
#include <string>

namespace live {

struct LayerSource {
  std::string name;                // construct path, or ARN
  std::filesystem::path source{};  // a folder or an archive on this machine
  std::string arn{};               // else in an account; both empty: the app computes it
  // Where in the layer the source lies that its bundling puts there ("python"); empty: it is the layer.
  std::filesystem::path below{};
  bool operator==(const LayerSource&) const = default;
};

}  // namespace live
