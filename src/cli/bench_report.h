// What the figures look like to people: a table, and the pages of docs/.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace live::cli::bench {

// The figures that an account cannot give become null, and "absent" says why.
void tell_absent(json::object& figures);

std::string table(const json::object& figures);

struct Pages {  // of bench/, that docs/benchmarks.md takes in
  std::string start, reload, peers, profile;
};
std::string benchmarks_page(const json::object& figures, const Pages& pages);
std::string cost_page(const json::object& figures);
Result<void> write_pages(const std::filesystem::path& repository, const json::object& figures);

}  // namespace live::cli::bench
