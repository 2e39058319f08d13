#include "live/doctor.h"

#include <algorithm>

namespace live {

void Findings::ok(std::string about, std::string said) {
  all_.push_back({Finding::State::ok, std::move(about), std::move(said), {}});
}
void Findings::warn(std::string about, std::string said, std::string advice) {
  all_.push_back({Finding::State::warning, std::move(about), std::move(said), std::move(advice)});
}
void Findings::fail(std::string about, std::string said, std::string advice) {
  all_.push_back({Finding::State::failed, std::move(about), std::move(said), std::move(advice)});
}

void Findings::add(Findings more) {
  for (auto& one : more.all_) all_.push_back(std::move(one));
}

bool Findings::healthy() const {
  return std::ranges::none_of(all_, [](auto const& one) { return one.state == Finding::State::failed; });
}

std::string_view to_string(Finding::State state) {
  static constexpr std::string_view kNames[] = {"ok", "warning", "failed"};
  return kNames[int(state)];
}

json::object to_json(const Finding& finding) {
  json::object entry{{"state", to_string(finding.state)}, {"about", finding.about}, {"said", finding.said}};
  if (!finding.advice.empty()) entry["advice"] = finding.advice;
  return entry;
}

json::array to_json(const Findings& findings) {
  json::array list;
  for (auto const& one : findings.all()) list.push_back(to_json(one));
  return list;
}

}  // namespace live
