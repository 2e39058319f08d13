// What the developer is told, and asked, when the session's keys are about to end and cannot be renewed.
#pragma once

#include <string>

#include "cli/account.h"
#include "live/terminal.h"

namespace live::cli {

void tell_of_ending_keys(Account& account, Terminal& terminal);  // both outlive the session

// Whether that is the code of an MFA device that is waited for: then it is used.
bool take_mfa_code(Account& account, Terminal& terminal, const std::string& line);

}  // namespace live::cli
