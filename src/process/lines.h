// Cuts a stream of bytes into lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace live {

class Lines {
 public:
  explicit Lines(size_t longest = 256 * 1024) : longest_(longest) {}
  // A line that grows past the longest is given in pieces. "\r\n" ends a line like "\n".
  void add(std::string_view bytes, const std::function<void(std::string_view)>& give);
  void finish(const std::function<void(std::string_view)>& give);  // the unfinished line, if there is one

 private:
  size_t longest_;
  std::string partial_;
};

}  // namespace live
