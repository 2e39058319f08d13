#include "cloud/apigateway/path_table.h"

namespace live::cloud::apigateway {
namespace {

// "/a/b" is a, b; a path's final '/' makes no segment.
std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

}  // namespace

struct PathTable::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> named;  // {name}
  std::vector<std::pair<std::string, size_t>> greedy;               // {name+}
  std::vector<size_t> here;

  using Found = std::vector<std::pair<std::string, std::string>>;

  void collect(const std::vector<std::string_view>& path, size_t at, Found& found,
               std::vector<Match>& out) const {
    if (at == path.size()) {
      for (const auto value : here) out.push_back({value, parameters(found)});
      return;
    }
    if (const auto next = literal.find(path[at]); next != literal.end())
      next->second->collect(path, at + 1, found, out);
    for (const auto& [name, next] : named) {
      found.emplace_back(name, std::string(path[at]));
      next->collect(path, at + 1, found, out);
      found.pop_back();
    }
    for (const auto& [name, value] : greedy) {
      const auto* begin = path[at].data();
      const auto* end = path.back().data() + path.back().size();
      found.emplace_back(name, std::string(begin, end));
      out.push_back({value, parameters(found)});
      found.pop_back();
    }
  }

  static json::object parameters(const Found& found) {
    json::object out;
    for (const auto& [name, value] : found) out[name] = value;
    return out;
  }
};

PathTable::PathTable() : root_(std::make_unique<Node>()) {}
PathTable::~PathTable() = default;
PathTable::PathTable(PathTable&&) noexcept = default;
PathTable& PathTable::operator=(PathTable&&) noexcept = default;

void PathTable::add(std::string_view pattern, size_t value) {
  auto* node = root_.get();
  for (const auto part : segments(pattern)) {
    const bool variable = part.starts_with('{') && part.ends_with('}');
    if (variable && part.ends_with("+}")) {
      node->greedy.emplace_back(part.substr(1, part.size() - 3), value);
      return;
    }
    auto& next = variable ? node->named[std::string(part.substr(1, part.size() - 2))]
                          : node->literal[std::string(part)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  node->here.push_back(value);
}

std::vector<PathTable::Match> PathTable::match(std::string_view path) const {
  std::vector<Match> out;
  Node::Found found;
  root_->collect(segments(path), 0, found, out);
  return out;
}

}  // namespace live::cloud::apigateway
