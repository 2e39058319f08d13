#include "live/checks.h"

#include <algorithm>
#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/timer.h"

namespace live {
namespace {

constexpr auto kQuiet = 300ms;  // after a save: an editor may save many at once, and a reload comes first
constexpr size_t kMostLines = 12;

struct Check {
  Host::Check which;
  const char *name, *by_hand;
  bool dirty = true;
  bool told_fault = false;
  std::vector<std::string> told{};  // of the last run that came to its end
  std::shared_ptr<Stop> running{};
  std::unique_ptr<Timer> woken{};
};

size_t count(const std::vector<Remark>& findings, std::string_view severity) {
  return size_t(std::ranges::count(findings, severity, &Remark::severity));
}

std::string some(size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

}  // namespace

std::string describe(const Remark& finding, const std::filesystem::path& folder) {
  std::string place;
  if (!finding.file.empty()) {
    auto const file = std::filesystem::path(finding.file).lexically_relative(folder);
    place = fmt::format("{}:{}:{} ", file.string(), finding.line, finding.column);
  }
  auto const rule = finding.rule.empty() ? "" : fmt::format(" ({})", finding.rule);
  return fmt::format("{}{}: {}{}", place, finding.severity, finding.text, rule);
}

std::string count_of(const std::vector<Remark>& findings) {
  auto const errors = count(findings, "error"), warnings = findings.size() - errors;
  if (errors == 0) return some(warnings, "warning");
  return some(errors, "error") + (warnings > 0 ? " and " + some(warnings, "warning") : "");
}

// Outlives its Checks for as long as a run's end is awaited.
struct Checks::State : std::enable_shared_from_this<State> {
  explicit State(Parts given)
      : parts(std::move(given)),
        checks{Check{Host::Check::types, "Type check", "npx tsc --noEmit"},
               Check{Host::Check::lint, "Linter", "your linter"}} {
    for (auto& one : checks) one.woken = std::make_unique<Timer>(parts.executor);
  }

  void begin() {
    asio::co_spawn(parts.executor, watch(shared_from_this()), asio::detached);
    for (auto& one : checks)
      if (one.which == Host::Check::types ? parts.types : parts.lint)
        asio::co_spawn(parts.executor, follow(shared_from_this(), one), asio::detached);
  }

  void end() {
    ended = true;
    parts.watch.reset();
    saved();
  }

  void saved() {
    for (auto& one : checks) {
      one.dirty = true;
      if (one.running) one.running->now();  // what it looks at is old already
      one.woken->cancel();
    }
  }

  static Async<void> watch(std::shared_ptr<State> self) {
    while (!self->ended) {
      auto const changes = co_await self->parts.watch->next();
      if (changes.has_error()) co_return;
      self->saved();
    }
  }

  static Async<void> follow(std::shared_ptr<State> self, Check& check) {
    while (!self->ended) {
      if (!check.dirty) {
        check.woken->never_expire();
        co_await check.woken->wait();
        continue;
      }
      check.dirty = false;
      check.woken->expires_after(kQuiet);
      co_await check.woken->wait();
      if (check.dirty || self->ended) continue;
      auto const stop = check.running = std::make_shared<Stop>();
      auto checked = co_await self->parts.host.check(check.which, self->parts.folder, HostCall{.stop = stop});
      check.running.reset();
      if (stop->asked() || self->ended) continue;
      if (checked.has_value() && !checked.value().configured) co_return;  // the project has none
      self->show(check, checked);
    }
  }

  void show(Check& check, const Result<Checked>& checked) {
    if (checked.has_error()) {
      if (!std::exchange(check.told_fault, true))
        parts.terminal.warn(fmt::format("{}: {}", check.name, checked.error().message));
      return;
    }
    check.told_fault = false;
    auto const& findings = checked.value().findings;
    for (auto const& file : checked.value().files) parts.watch->add(file);
    std::vector<std::string> lines;
    lines.reserve(findings.size());
    for (auto const& one : findings) lines.push_back(describe(one, parts.folder));
    if (lines == check.told) return;
    check.told = std::move(lines);
    Fact fact{{"type", "check"},
              {"check", check.which == Host::Check::types ? "types" : "lint"},
              {"errors", count(findings, "error")},
              {"warnings", findings.size() - count(findings, "error")}};
    if (findings.empty()) return parts.terminal.good(fmt::format("{}: clean again", check.name), fact);
    parts.terminal.warn(fmt::format("{}: {}", check.name, count_of(findings)), fact);
    for (size_t i = 0; i < std::min(check.told.size(), kMostLines); ++i)
      parts.terminal.say("  " + check.told[i]);
    if (check.told.size() > kMostLines)
      parts.terminal.say(
          fmt::format("  and {} more: {} shows all", check.told.size() - kMostLines, check.by_hand));
  }

  Parts parts;
  bool ended = false;
  std::array<Check, 2> checks;
};

Checks::Checks(Parts parts) : state_(std::make_shared<State>(std::move(parts))) { state_->begin(); }

Checks::~Checks() { state_->end(); }

void Checks::saved() { state_->saved(); }

}  // namespace live
