// A JSON text that a person wrote: its value, and the line of each member, so that a complaint can say where.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/json.h"

namespace live {

class JsonText {
 public:
  // Fault: "FILE:LINE:COLUMN: not JSON: …"; a member that is there twice.
  static Result<JsonText> parse(const std::filesystem::path& file, std::string_view text);

  const json::value& value() const { return value_; }
  // "FILE:LINE" of the member's key, of an element's value, or of the whole, whose pointer is empty.
  std::string place(const std::string& pointer) const;

 private:
  std::string file_;
  json::value value_;
  std::map<std::string, size_t> lines_;  // by JSON pointer
};

// RFC 6901: "/live/only/0".
std::string pointer_to(const std::string& parent, std::string_view member);

}  // namespace live
