// What a bucket is configured with. S3 treats most configurations alike: put, get, delete one document.
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"

namespace live::cloud::s3 {

struct Setting {
  std::string_view name;     // of the actions: Put…, Get…, Delete…
  std::string_view query;    // the sub-resource: ?encryption
  std::string_view member;   // of Put's input, and the request's XML root
  bool nested;               // Get answers with the member inside its output, else with its content
  std::string_view missing;  // the error code of Get when there is none; empty: an empty document
  std::string_view missing_message;
  bool deletable;
};

std::span<const Setting> settings();
json::object default_settings();  // of a new bucket

}  // namespace live::cloud::s3
