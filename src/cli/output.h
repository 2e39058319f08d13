// Standard output, written when there is nothing more urgent: a call goes on before its line is printed.
#pragma once

#include <string_view>

#include "live/screen.h"

namespace live::cli {

bool on_terminal();  // standard output is one that understands more than lines
// There; else null. What is pinned is drawn by flush_output().
Screen* screen();
void measure_again();     // its size has changed
void resume_output();     // the shell has had the terminal meanwhile
bool is_in_foreground();  // of the terminal on standard output; false: there is none

void write_line(std::string_view line);     // kept until flush_output(), or until there is a lot of it
void write_message(std::string_view line);  // on standard error, at once
void flush_output();                        // ends as when the terminal closes, once nobody reads it any more
void step_aside();  // what is pinned goes until the next flush: somebody else writes, or we end

}  // namespace live::cli
