// "did you mean": the known word that a mistyped one comes closest to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live {

// Insertions, deletions, changes and swaps of neighbours, whatever the case of letters.
size_t edits_between(std::string_view a, std::string_view b);

// Nothing: none is close, which is two edits, or a third of a longer word.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace live
