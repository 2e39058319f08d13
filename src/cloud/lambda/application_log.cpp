#include "cloud/lambda/application_log.h"

#include <array>
#include <utility>

#include <boost/algorithm/string/predicate.hpp>

#include "base/json.h"

namespace live::cloud::lambda {

ApplicationLog::ApplicationLog(const Version& version)
    : least_(version.logs_json ? level_named(version.application_log_level) : Level::trace) {}

bool ApplicationLog::keeps(std::string_view line) const {
  return least_ == Level::trace || level_of(line) >= least_;
}

// AWS's names, and those that Python's logging has for them.
ApplicationLog::Level ApplicationLog::level_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Level>, 8> named{{{"TRACE", Level::trace},
                                                                     {"DEBUG", Level::debug},
                                                                     {"INFO", Level::info},
                                                                     {"WARN", Level::warn},
                                                                     {"WARNING", Level::warn},
                                                                     {"ERROR", Level::error},
                                                                     {"FATAL", Level::fatal},
                                                                     {"CRITICAL", Level::fatal}}};
  for (auto const& [one, level] : named)
    if (boost::algorithm::iequals(one, name)) return level;
  return Level::info;
}

ApplicationLog::Level ApplicationLog::level_of(std::string_view line) {
  if (!line.starts_with('{')) return Level::info;
  auto const parsed = parse_json_object(line);
  return parsed ? level_named(string_or(parsed.value(), "level")) : Level::info;
}

}  // namespace live::cloud::lambda
