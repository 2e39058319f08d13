// Which resource a path leads to: literal segments before {name}, {name} before {name+}.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace live::cloud::apigateway {

class PathTable {
 public:
  struct Match {
    size_t value;             // what add() was given
    json::object parameters;  // as in the path, not decoded
  };

  PathTable();
  ~PathTable();
  PathTable(PathTable&&) noexcept;
  PathTable& operator=(PathTable&&) noexcept;

  void add(std::string_view pattern, size_t value);
  std::vector<Match> match(std::string_view path) const;  // best first

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace live::cloud::apigateway
