// Log groups and streams as they are kept, shared by the actions on them and on their events.
#pragma once

#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/logs/events.h"
#include "cloud/world.h"

namespace live::cloud {

ApiError no_log(std::string_view what);
ApiError bad_log_parameter(std::string message);
ApiResult<std::string> log_group_name(const Call& call);  // logGroupName, or the one in logGroupIdentifier
ApiResult<json::object> load_log_group(World& world, const Call& call);
ApiResult<json::object> load_log_stream(World& world, const Call& call, const std::string& group);
void save_log_stream(World& world, const Call& call, const std::string& group, const json::object& stream);
LogSpan log_span(const World& world, const json::object& group,
                 const json::object& input);  // what retention left

void add_log_group_actions(World& world);
void add_log_event_actions(World& world);

}  // namespace live::cloud
