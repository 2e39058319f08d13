// A source map (ECMA-426), as far as breakpoints need it: the files that a script was made of, and which of
// their lines have code in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace live {

class MappedLines {
 public:
  // `mappings` as the map has them. What is no mapping ends it: the lines before count.
  static MappedLines in(std::string_view mappings);
  bool has(size_t source, int64_t line) const;  // both from 0, a source by its place in the map's list

 private:
  bool add(int64_t source, int64_t line);  // false: there is no such place
  std::vector<std::vector<bool>> of_sources_;
  size_t lines_ = 0;  // of all of them
};

struct SourceMap {
  std::vector<std::string> sources;  // paths
  std::string mappings;
};

// That beside a script, by their URLs. No sources: it cannot be read.
SourceMap source_map_of(std::string_view script_url, std::string_view map_url);

}  // namespace live
