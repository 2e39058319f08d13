// What the Runtime API answers a runtime.
#pragma once

#include "base/json.h"
#include "invocation/invocation.h"
#include "net/http.h"
#include "runtime/lifecycle.h"

namespace live {

net::Response json_answer(int status, const json::object& body);
net::Response accepted();
net::Response refused(const Refusal& refusal);
net::Response invocation_answer(Invocation& invocation);  // takes the event

}  // namespace live
