#include "live/progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/columns.h"
#include "live/trace_view.h"

namespace live {
namespace {

using Tint = Terminal::Tint;

constexpr auto kFirstReport = 10s, kRarestReport = 60s;
constexpr size_t kNarrow = 16;  // columns that a resource's name gets at least

std::string name_of(const json::object& event) {
  std::string construct = string_or(event, "construct");
  for (std::string_view const made : {"/Resource", "/Default"})  // the resource of a construct
    if (construct.ends_with(made)) construct.resize(construct.size() - made.size());
  return construct.empty() ? string_or(event, "logicalId") : construct;
}

bool is_the_stack_itself(const json::object& event) { return name_of(event) == string_or(event, "stack"); }

Fact resource_fact(const json::object& event) {
  Fact fact{{"type", "resource"},
            {"resource_type", string_or(event, "type")},
            {"logical_id", string_or(event, "logicalId")}};
  for (auto const* key : {"stack", "construct", "status", "reason", "completed", "total", "source"})
    if (auto const* value = find(event, key)) fact[key] = *value;
  return fact;
}

// Of another resource's failure: that one is told.
bool is_consequence(const std::string& reason) {
  constexpr std::string_view kCancelled[] = {"Resource creation cancelled", "Resource update cancelled",
                                             "Resource deletion cancelled"};
  return reason.empty() ||
         std::any_of(std::begin(kCancelled), std::end(kCancelled),
                     [&reason](std::string_view one) { return reason.starts_with(one); }) ||
         (reason.starts_with("Embedded stack ") && reason.find(" was not successfully ") != reason.npos);
}

// Of the policy that a swap gives a role from outside the app (template/permission.cpp); nothing: it failed
// otherwise. "Maximum policy size of 10240 bytes exceeded for role shared"
std::string advice_for(std::string_view logical_id, std::string_view reason) {
  constexpr std::string_view kFull = "Maximum policy size of ", kRole = " exceeded for role ";
  auto const size = reason.find(kFull), role = reason.find(kRole);
  if (!logical_id.starts_with("LiveLambdaStub") || size == reason.npos || role == reason.npos) return {};
  auto const limit = reason.substr(size + kFull.size());
  auto const name = reason.substr(role + kRole.size());
  return fmt::format(
      "The role {} has no room for the inline policy that stubs need: with it there are more than the {} "
      "bytes "
      "that IAM takes. Leave the functions of this role out (--except, or live.except in live.json), or "
      "move what it has inline to a managed policy",
      name.substr(0, name.find_first_of(" ()")), limit.substr(0, limit.find(' ')));
}

constexpr int kFromZero = 1, kFromOne = 0;  // to be added to a column

std::optional<SourcePlace> place_in(const json::object& event, int to_add) {
  auto const file = string_or(event, "file");
  if (file.empty()) return std::nullopt;
  auto const column = find_int(event, "column");
  return SourcePlace{file, int(find_int(event, "line").value_or(0)), column ? int(*column) + to_add : 0};
}

std::string time_between(Steady::time_point from, Steady::time_point to) {
  return elapsed(std::chrono::duration_cast<std::chrono::milliseconds>(to - from));
}

std::string last_part(const std::string& text, std::string_view separator) {
  auto const at = text.rfind(separator);
  return at == text.npos ? text : text.substr(at + separator.size());
}

// Without the stack's own part.
std::string within_stack(const std::string& construct) { return construct.substr(construct.find('/') + 1); }

}  // namespace

Progress::Progress(Terminal& terminal, Now now) : terminal_(terminal), now_(std::move(now)) {}
Progress::~Progress() { rest(); }

HostCall Progress::told() {
  app_error_.reset();
  explained_.clear();
  rest();
  return HostCall{.deadline = {}, .on_event = [this](const json::object& event) { tell(event); }, .stop = {}};
}

void Progress::rest() {
  stacks_.clear();
  if (std::exchange(shown_, false)) terminal_.hide(*this);
}

void Progress::tell(const json::object& event) {
  std::string const kind = string_or(event, "event");
  if (kind == "stack") return tell_stack(event);
  if (kind == "resource") return tell_resource(event);
  if (kind == "asset") return tell_asset(event);
  if (kind == "line" || kind == "output") {
    terminal_.say("  " + string_or(event, "line", string_or(event, "text")), {{"type", "app-output"}});
  } else if (kind == "warning") {
    terminal_.warn(string_or(event, "message"));
  } else if (kind == "error") {
    app_error_ = place_in(event, kFromZero);
  }
}

Fault Progress::explained(Fault fault) const {
  if (!app_error_) return within("synthesising the app", std::move(fault));
  auto const place = describe(*app_error_, terminal_.around().folder);
  bool const names_it = fault.message.starts_with(place);
  fault = within(names_it ? "synthesising the app" : "synthesising the app, at " + place, std::move(fault));
  for (auto const& line : code_lines(code_at(*app_error_), terminal_)) fault.message += "\n" + line;
  return fault;
}

Progress::Stack& Progress::stack(const std::string& name, const std::string& doing) {
  for (auto& one : stacks_)
    if (one.name == name) return one;
  auto const now = now_();
  if (!std::exchange(shown_, true)) terminal_.show(*this);
  if (!terminal_.pins())
    terminal_.say(fmt::format("Stack {}: {}…", name, doing),
                  {{"type", "progress"}, {"stack", name}, {"status", doing}});
  return stacks_.emplace_back(
      Stack{.name = name, .doing = doing, .since = now, .reported = now, .next_report = now + kFirstReport});
}

void Progress::end(const std::string& name) {
  std::erase_if(stacks_, [&name](const Stack& one) { return one.name == name; });
  if (stacks_.empty()) rest();
}

void Progress::tell_stack(const json::object& event) {
  std::string const status = string_or(event, "status"), name = string_or(event, "stack");
  if (status == "deploying" || status == "deleting") {
    stack(name, status);
  } else {
    end(name);
  }
}

void Progress::tell_asset(const json::object& event) {
  auto& one = stack(string_or(event, "stack"), "deploying");
  ++(find_bool(event, "done").value_or(false) ? one.assets_done : one.assets);
}

void Progress::tell_resource(const json::object& event) {
  std::string const status = string_or(event, "status");
  auto& one = stack(string_or(event, "stack"), status.starts_with("DELETE") ? "deleting" : "deploying");
  one.has_begun = true;
  one.goes_back = one.goes_back || (is_the_stack_itself(event) && status.find("ROLLBACK") != status.npos);
  one.total = find_int(event, "total").value_or(one.total);
  bool const is_done = status.ends_with("_COMPLETE");
  one.done = find_int(event, "completed").value_or(one.done + (is_done ? 1 : 0));
  auto const key = string_or(event, "construct") + " " + string_or(event, "logicalId");
  if (!status.ends_with("_IN_PROGRESS")) {
    one.resources.erase(key);
  } else if (!is_the_stack_itself(event)) {
    one.resources.try_emplace(key, Resource{name_of(event), string_or(event, "type"), now_()});
  }
  if (status.ends_with("_FAILED")) return tell_failure(event);
  if (is_done && !is_the_stack_itself(event))
    terminal_.record(
        fmt::format("  {:>5} {} {} {}", one.total > 0 ? fmt::format("{}/{}", one.done, one.total) : "",
                    status, string_or(event, "type"), name_of(event)),
        resource_fact(event));
}

void Progress::tell_failure(const json::object& event) {
  auto const reason = string_or(event, "reason");
  if (is_consequence(reason) || is_the_stack_itself(event)) return;
  explained_.insert(string_or(event, "stack"));
  auto const id = string_or(event, "logicalId");
  auto text = fmt::format("{} {}: {}", name_of(event), string_or(event, "type"), reason);
  text += "\n    " + terminal_.tint(Tint::dim, fmt::format("{} of stack {}", id, string_or(event, "stack")));
  if (auto const* source = find_object(event, "source")) {
    auto const place = place_in(*source, kFromOne).value_or(SourcePlace());
    text += "\n    " + terminal_.tint(Tint::dim, "made at ") + describe(place, terminal_.around().folder);
    for (auto const& line : code_lines(code_at(place), terminal_)) text += "\n" + line;
  }
  auto fact = resource_fact(event);
  if (auto const advice = advice_for(id, reason); !advice.empty()) {
    text += "\n    " + advice;
    fact["advice"] = advice;
  }
  terminal_.fail(text, std::move(fact));
}

// "Orders Table 8 s"
std::string Progress::state_of(const Stack& one, size_t columns, Steady::time_point now) const {
  auto const slowest = std::min_element(
      one.resources.begin(), one.resources.end(),
      [](auto const& left, auto const& right) { return left.second.since < right.second.since; });
  if (slowest != one.resources.end()) {
    auto const& [name, type, since] = slowest->second;
    auto const took = " " + time_between(since, now);
    auto rest = " " + last_part(type, "::") + took;
    if (columns < kNarrow + columns_of(rest)) rest = took;
    size_t const room = columns > columns_of(rest) ? columns - columns_of(rest) : 0;
    return shortened_in_the_middle(within_stack(name), room) + terminal_.tint(Tint::dim, rest);
  }
  if (one.has_begun) return "";
  if (one.assets > one.assets_done)
    return fmt::format("uploading assets: {} of {}", one.assets_done, one.assets);
  return one.doing == "deploying" ? "making the change set" : "";
}

std::vector<std::string> Progress::pinned(size_t columns, Steady::time_point now) {
  std::vector<std::string> lines;
  size_t widest = 0;
  for (auto const& one : stacks_) widest = std::max(widest, columns_of(one.name));
  widest = std::min(widest, columns * 3 / 10);
  for (auto const& one : stacks_) {
    auto const name = shortened_in_the_middle(one.name, widest);
    auto const count = one.total > 0 ? fmt::format("{}/{}", one.done, one.total) : std::to_string(one.done);
    auto const took = time_between(one.since, now);
    auto line = fmt::format("{} {}{}  {:>5}  {:>4}  ", terminal_.tint(Tint::yellow, "…"), name,
                            std::string(widest - columns_of(name), ' '), count, took);
    if (one.goes_back) line += terminal_.tint(Tint::red, "rolling back") + "  ";
    size_t const used = columns_of(line) + 1;
    line += state_of(one, columns > used ? columns - used : 0, now);
    lines.push_back(std::move(line));
  }
  return lines;
}

void Progress::report(Steady::time_point now) {
  for (auto& one : stacks_) {
    bool const news = one.goes_back && one.doing != "rolling back";
    if (news) one.doing = "rolling back";
    if (!news && now < one.next_report) continue;
    auto const age = now - one.since;
    one.next_report = now + std::clamp<Steady::duration>(age / 2, kFirstReport, kRarestReport);
    auto const count =
        one.total > 0 ? fmt::format("{} of {}", one.done, one.total) : std::to_string(one.done);
    auto const state = state_of(one, 200, now);
    terminal_.say(fmt::format("  Stack {}: {}, {} resources done, {}{}", one.name, one.doing, count,
                              time_between(one.since, now), state.empty() ? "" : "; " + state),
                  {{"type", "progress"},
                   {"stack", one.name},
                   {"status", one.doing},
                   {"completed", one.done},
                   {"total", one.total}});
  }
}

}  // namespace live
