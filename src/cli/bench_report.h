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

// docs/benchmarks.md, with bench/peers.md and bench/profile.md in it, and docs/cost.md.
std::string benchmarks_page(const json::object& figures, std::string_view peers, std::string_view profile);
std::string cost_page(const json::object& figures);
Result<void> write_pages(const std::filesystem::path& repository, const json::object& figures);

}  // namespace live::cli::bench
