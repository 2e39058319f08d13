// Checks a JSON text against a JSON schema, of which it knows what schema/live.schema.json uses, and says in
// words what is wrong, where, and which setting was probably meant.
#pragma once

#include "base/json_text.h"

namespace live {

class Schema {
 public:
  explicit Schema(json::object schema) : schema_(std::move(schema)) {}
  static const Schema& of_live_json();

  Result<void> check(const JsonText& text) const;
  std::vector<std::string> settings() const;  // "live.workers"; what may hold any key is one setting

 private:
  json::object schema_;
};

}  // namespace live
