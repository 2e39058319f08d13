// Standard output, written when there is nothing more urgent: a call goes on before its line is printed.
#pragma once

#include <string_view>

namespace live::cli {

void write_line(std::string_view line);     // kept until flush_output(), or until there is a lot of it
void write_message(std::string_view line);  // on standard error, at once
void flush_output();                        // ends as when the terminal closes, once nobody reads it any more

}  // namespace live::cli
