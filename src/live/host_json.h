// Between the host's JSON and our types.
#pragma once

#include "live/host.h"

namespace live::host_json {

void put(json::object& params, const Identity& identity);
json::object params_of(const SynthRequest& request);
Build build_of(const json::object& found);
Checked checked_of(const json::object& found);
Inputs inputs_of(const json::object& found);  // of an answer or an error
Synthesis synthesis_of(const json::object& found);
std::vector<DeployedStack> deployed_of(const json::object& found);
Access access_of(const json::object& found);
std::vector<StackDiff> diffs_of(const json::object& found);

}  // namespace live::host_json
