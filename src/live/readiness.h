// What express mode left unready: functions that AWS is still putting in place.
#pragma once

#include <string>
#include <vector>

#include "aws/client.h"

namespace live {

struct NotReady {
  std::string function, why;
};
// Waits until each takes calls, at most `patience`. Gives those that do not. Who may not ask is not told.
Async<std::vector<NotReady>> until_functions_are_ready(aws::AwsClient& client, std::vector<std::string> names,
                                                       Milliseconds patience);

}  // namespace live
