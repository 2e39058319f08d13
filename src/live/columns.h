// Text as a terminal shows it: how many columns it takes, and how it is shortened to fit. Colours take none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace live {

size_t columns_of(std::string_view text);
// "dev-shop-or…ders-stack": both ends of a name tell more than its beginning alone. Without colours.
std::string shortened_in_the_middle(std::string_view text, size_t most);
// The beginning, with "…" where something is missing; its colours end with it.
std::string cut_to_columns(std::string_view text, size_t most);

// What a program printed, fit to be shown among other lines: its colours and links stay and end with the
// line; what would move the cursor, clear the screen or ring goes.
std::string harmless(std::string_view line);
bool is_harmless(std::string_view line);  // as it is

}  // namespace live
