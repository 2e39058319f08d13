#include "live/terminal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"
#include "live/columns.h"
#include "live/source_place.h"
#include "live/trace_view.h"
#include "live/trigger.h"

namespace live {
namespace {

constexpr size_t kShortest = 8;  // of a request id
constexpr size_t kPayloadShown = 160, kPayloadShownAtLeast = 32, kWhole = std::string::npos;
constexpr size_t kBesideThePayload = 36;  // id, mark, status, size
constexpr auto kTick = 1s;                // of what is pinned
constexpr size_t kMostPinned = 5;         // calls

// On one line.
std::string in_one_line(std::string_view text) {
  std::string line(text);
  for (size_t at = 0; (at = line.find_first_of("\r\n", at)) != std::string::npos; ++at)
    line.replace(at, std::min(line.find_first_not_of(" \t\r\n", at), line.size()) - at, " ");
  return line;
}

std::string shortened(std::string_view text, size_t most) {
  if (text.size() <= most) return in_one_line(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
    --most;  // not inside a character
  return fmt::format("{}… ({} bytes)", in_one_line(text.substr(0, most)), text.size());
}

std::string amount(size_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.0f} KB", double(bytes) / 1000);
  return fmt::format("{:.1f} MB", double(bytes) / 1'000'000);
}

std::string streamed(const Timing::Streamed& stream) {
  return fmt::format("streamed {}, the first after {}", amount(stream.bytes), duration(stream.first));
}

// A proxy answer reads better as its status and body.
std::string summary(std::string_view payload, size_t most) {
  if (payload.size() > 64 * 1024 && most != kWhole) return shortened(payload, most);
  auto const parsed = parse_json_object(payload);
  auto const status = parsed.has_error() ? std::nullopt : find_int(parsed.value(), "statusCode");
  auto const shown = [most](std::string_view text) {
    return most == kWhole ? std::string(text) : shortened(text, most);
  };
  return status ? fmt::format("{} {}", *status, shown(string_or(parsed.value(), "body"))) : shown(payload);
}

std::string where_the_time_went(const Timing& timing) {
  std::string parts;
  auto const add = [&parts](std::string_view name, std::chrono::microseconds took) {
    if (took < std::chrono::microseconds(500)) return;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", name, duration(took));
  };
  add("build", timing.build);
  add("queue", timing.queue);
  add("init", timing.init);
  if (!parts.empty()) add("handler", timing.handler);
  add("in the debugger", timing.debugger);
  return parts.empty() ? "" : " (" + parts + ")";
}

std::string at_port(const LocalFunction& function) {
  return function.debug_port == 0 ? "" : fmt::format(" debug port {}", function.debug_port);
}

std::string in_all(const Timing& timing) {
  return duration(timing.build + timing.queue + timing.init + timing.handler) + where_the_time_went(timing);
}

}  // namespace

std::string duration(std::chrono::microseconds took) {
  double const ms = double(took.count()) / 1000;
  if (ms < 10) return fmt::format("{:.1f} ms", ms);
  if (ms < 1000) return fmt::format("{:.0f} ms", ms);
  return fmt::format("{:.1f} s", ms / 1000);
}

std::string elapsed(std::chrono::milliseconds time) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return seconds < 60 ? fmt::format("{} s", seconds) : fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string short_name(const LocalFunction& function) {
  auto const& path = function.construct_path;
  return path.empty() ? function.name : path.substr(path.rfind('/') + 1);
}

std::string waits_for(const Calls::Slow& call) {
  switch (call.phase) {
    case Phase::build:
      return "waits for the build of its code";
    case Phase::queue:
      return "waits in the queue for a worker";
    case Phase::init:
      return "waits for the init of its process";
    case Phase::handler:
      return fmt::format("its handler runs (timeout {} s)", call.timeout_seconds);
    case Phase::upload:
      return "waits for the upload of its answer";
    case Phase::attach:
      return "waits for a debugger to let its init go on";
    case Phase::debugger:
      return "is paused in the debugger";
  }
  return "";
}

Terminal::Terminal(Write write, Colour colour, Detail detail)
    : Terminal(std::move(write), colour, detail, Surroundings()) {}

Terminal::Terminal(Write write, Colour colour, Detail detail, Surroundings around)
    : write_(std::move(write)),
      colour_(colour),
      detail_(detail),
      around_(std::move(around)),
      calls_([this](std::string_view line) { write_(line); }) {}

std::string Terminal::tint(Tint tint, std::string_view text) const {
  static constexpr const char* kCodes[] = {"", "2", "31", "32", "33", "36", "1"};
  if (colour_ == Colour::off || tint == Tint::none) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[int(tint)], text);
}

void Terminal::tell(Said said) {
  std::string text;
  if (said.kind == Said::Kind::step) text = tint(Tint::green, "✓") + " ";
  if (said.kind == Said::Kind::warning) text = tint(Tint::yellow, "!") + " ";
  if (said.kind == Said::Kind::error) text = tint(Tint::red, "✗") + " ";
  text += said.kind == Said::Kind::detail ? tint(Tint::dim, said.line) : std::string(said.line);
  if (said.took) text += " " + tint(Tint::dim, "(" + duration(*said.took) + ")");
  write_(text);
}

void Terminal::say(std::string_view line, Fact fact) {
  if (!is_quiet()) result(line, std::move(fact));
}
void Terminal::result(std::string_view line, Fact fact) {
  tell({Said::Kind::message, line, std::move(fact)});
}
void Terminal::step(std::string_view done, std::chrono::milliseconds took, Fact fact) {
  if (!is_quiet()) finish(done, took, std::move(fact));
}
void Terminal::finish(std::string_view done, std::chrono::milliseconds took, Fact fact) {
  tell({Said::Kind::step, done, std::move(fact), took});
}
void Terminal::good(std::string_view line, Fact fact) {
  if (!is_quiet()) tell({Said::Kind::step, line, std::move(fact)});
}
void Terminal::warn(std::string_view line, Fact fact) { tell({Said::Kind::warning, line, std::move(fact)}); }
void Terminal::fail(std::string_view line, Fact fact) { tell({Said::Kind::error, line, std::move(fact)}); }
void Terminal::detail(std::string_view line, Fact fact) {
  if (is_whole()) tell({Said::Kind::detail, line, std::move(fact)});
}
void Terminal::record(std::string_view line, Fact fact) { detail(line, std::move(fact)); }

// What a program returned to the beginning of its line with stands on a line of its own.
void Terminal::lines(std::string_view id, std::string_view mark, Tint colour, std::string_view text) {
  std::string const head = tint(Tint::dim, id.substr(0, kShortest)) + " " + tint(colour, mark) + " ";
  auto const* const ends = around_.screen ? "\r\n" : "\n";
  auto const time = now();
  while (!text.empty()) {
    size_t const end = std::min(text.find_first_of(ends), text.size());
    auto const line = text.substr(0, end);
    calls_.line(id, head + (around_.screen ? harmless(line) : std::string(line)), time);
    text.remove_prefix(end);
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    text.remove_prefix(std::min<size_t>(1, text.size()));
  }
}

void Terminal::begin(const LocalFunction& function, std::string_view request_id) {
  if (around_.now) calls_.begin(request_id, short_name(function), function.timeout_seconds, now());
}
void Terminal::end(std::string_view request_id) { calls_.end(request_id, now()); }
void Terminal::entered(std::string_view request_id, Phase phase) {
  if (around_.now) calls_.enter(request_id, phase, now());
}
void Terminal::delivering(std::string_view request_id) { entered(request_id, Phase::upload); }
void Terminal::delivered(std::string_view request_id) { end(request_id); }

std::string Terminal::named_again(std::string_view request_id) const {
  auto const* name = calls_.name_to_repeat(request_id);
  return name ? *name + "  " : "";
}

void Terminal::note(std::string_view request_id, std::string_view text) {
  lines(request_id, "!", Tint::yellow, text);
}

void Terminal::received(const LocalFunction& function, const Invocation& invocation) {
  begin(function, invocation.request_id);
  if (is_quiet()) return;
  lines(invocation.request_id, "→", Tint::cyan,
        fmt::format("{}  {} {}", tint(Tint::bold, trigger_of(invocation.event)), short_name(function),
                    tint(Tint::dim, "[" + function.handler + "]" + at_port(function))));
}

void Terminal::runs_in(const LocalFunction&, std::string_view request_id, pid_t process) {
  if (is_quiet()) return;
  lines(request_id, "·", Tint::dim,
        fmt::format("process {}: a debugger attaches by this id (docs/debugging.md)", process));
}

void Terminal::queued(const LocalFunction&, const Invocation& invocation, size_t workers) {
  lines(invocation.request_id, "…", Tint::yellow,
        fmt::format("waits for its turn: {} busy ({})",
                    workers == 1 ? "1 worker is" : fmt::format("{} workers are", workers),
                    R"("live": {"workers": N} in live.json)"));
}

void Terminal::printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
                       std::string_view line) {
  std::string const init = short_name(function);
  lines(request_id.empty() ? std::string_view(init) : request_id, "│",
        stream == Process::Stream::err ? Tint::yellow : Tint::dim, line.empty() ? " " : line);
}

void Terminal::answered(const LocalFunction& function, const Invocation& invocation, const Reply& reply,
                        const Timing& timing) {
  if (reply.outcome != Reply::Outcome::success) {
    failed(invocation, reply, timing);
  } else if (!is_quiet()) {
    answered_well(invocation, reply, timing);
  }
  figures(function, invocation, timing);
  end(invocation.request_id);
}

// As much of a payload as leaves the line on one row.
size_t Terminal::payload_room(size_t columns_beside) const {
  if (is_whole()) return kWhole;
  if (!around_.screen) return kPayloadShown;
  size_t const columns = around_.screen->size().columns, used = kBesideThePayload + columns_beside;
  return std::max(kPayloadShownAtLeast, columns > used ? columns - used : 0);
}

void Terminal::figures(const LocalFunction& function, const Invocation& invocation, const Timing& timing) {
  if (!is_whole() || timing.max_memory_mb == 0) return;
  lines(invocation.request_id, "·", Tint::dim,
        fmt::format("billed {} ms, at most {} of {} MB used", billed_ms(timing), timing.max_memory_mb,
                    function.memory_mb));
}

void Terminal::answered_well(const Invocation& invocation, const Reply& reply, const Timing& timing) {
  auto const name = named_again(invocation.request_id), took = in_all(timing);
  auto const what = timing.streamed ? streamed(*timing.streamed)
                                    : summary(reply.payload, payload_room(name.size() + took.size()));
  lines(invocation.request_id, "←", Tint::green, fmt::format("{}{}  {}", name, what, tint(Tint::dim, took)));
}

void Terminal::failed(const Invocation& invocation, const Reply& reply, const Timing& timing) {
  auto const parsed = parse_json_object(reply.payload);
  std::string text =
      parsed.has_error() ? reply.payload : string_or(parsed.value(), "errorMessage", reply.payload);
  if (!reply.error_type.empty() && !text.starts_with(reply.error_type)) text = reply.error_type + ": " + text;
  // The time stands behind the first line, the rest of a longer message below it.
  size_t const end = std::min(text.find('\n'), text.size());
  auto const sofar = timing.streamed ? fmt::format(" ({})", streamed(*timing.streamed)) : "";
  lines(invocation.request_id, "✗", Tint::red,
        fmt::format("{}{}{}  {}", named_again(invocation.request_id), tint(Tint::red, text.substr(0, end)),
                    sofar, tint(Tint::dim, in_all(timing))));
  lines(invocation.request_id, "│", Tint::red, std::string_view(text).substr(end).substr(end < text.size()));
  if (parsed.has_error()) return;
  for (auto const& line : trace_lines(trace_of(parsed.value()), *this))
    lines(invocation.request_id, "│", Tint::red, line);
}

void Terminal::ignored(const LocalFunction& function, std::string_view variable) {
  detail(fmt::format(
      "{}: variable {} is not taken from the deployed function, because it changes how a process starts here "
      "and the app's template does not have it with this value as plain text",
      short_name(function), variable));
}

void Terminal::installing(const LocalFunction& function, std::string_view what,
                          const std::filesystem::path& folder) {
  if (is_quiet()) return;
  auto const where = describe({.file = folder}, around_.folder);
  write_(fmt::format("{} {} {}", tint(Tint::dim, "…"), short_name(function),
                     tint(Tint::dim, fmt::format("installing {} into {}", what, where))));
}

void Terminal::installed(const LocalFunction& function, std::chrono::microseconds took) {
  if (is_quiet()) return;
  write_(fmt::format("{} {} {}", tint(Tint::dim, "↻"), short_name(function),
                     tint(Tint::dim, "installed in " + duration(took))));
}

void Terminal::not_debugged(const LocalFunction&, std::string_view why) { warn(std::string(why)); }

void Terminal::layer_missing(const LocalFunction& function, std::string_view layer, std::string_view why) {
  warn(
      fmt::format("{}: its layer {} is not here, and it runs without: {}", short_name(function), layer, why));
}

void Terminal::extensions_absent(const LocalFunction& function, std::string_view layer,
                                 const std::vector<std::string>& extensions, std::string_view lacks) {
  json::array names;
  for (auto const& one : extensions) names.push_back(json::value(one));
  warn(fmt::format("{}: extensions do not run here ({} of layer {}): {}", short_name(function),
                   fmt::join(extensions, ", "), layer, lacks),
       {{"type", "extensions-absent"},
        {"function", function.construct_path.empty() ? function.name : function.construct_path},
        {"name", function.name},
        {"layer", layer},
        {"extensions", std::move(names)}});
}

void Terminal::rebuilt(const LocalFunction& function, std::chrono::microseconds took) {
  if (is_quiet()) return;
  bool const was_built = took.count() > 0;  // a folder of plain JavaScript runs as it lies
  write_(fmt::format("{} {} {}", tint(Tint::dim, "↻"), short_name(function),
                     tint(Tint::dim, was_built ? "rebuilt in " + duration(took) : "changed")));
}

void Terminal::build_failed(const LocalFunction& function, std::string_view errors) {
  fail(short_name(function) + " does not build:");
  lines(short_name(function), "│", Tint::red, errors);
}

void Terminal::show(UnderWay& what) { under_way_.push_back(&what); }
void Terminal::hide(UnderWay& what) { std::erase(under_way_, &what); }

void Terminal::offer(std::string text, Fact fact) {
  if (!pins()) return result(text, std::move(fact));
  offer_ = std::move(text);
}

std::optional<Steady::time_point> Terminal::refresh() {
  if (!around_.now) return std::nullopt;
  auto due = calls_.due();
  bool const stands = pins() && (around_.screen->has_pinned() || !offer_.empty());
  if (!due && under_way_.empty() && !stands) return std::nullopt;
  auto const time = now();
  if (under_way_.empty() && !stands && *due > time) return due;
  calls_.release(time);
  bool ticks = !under_way_.empty();
  if (pins()) {
    ticks = pin(time) == Pinned::ages;
  } else {
    for (auto const& call : calls_.slow(time))
      if (call.is_news && !is_quiet()) waits(call);
    if (!is_quiet())
      for (auto* what : under_way_) what->report(time);
  }
  due = calls_.due();
  if (ticks && (!due || *due > time + kTick)) due = time + kTick;
  return due;
}

Terminal::Pinned Terminal::pin(Steady::time_point time) {
  std::vector<std::string> all;
  for (auto* what : under_way_)
    for (auto& line : what->pinned(around_.screen->size().columns, time)) all.push_back(std::move(line));
  auto const slow = calls_.slow(time);
  for (size_t i = 0; i < std::min(slow.size(), kMostPinned); ++i)
    all.push_back(fmt::format("{} {} {}{}, {}", tint(Tint::dim, slow[i].id.substr(0, kShortest)),
                              tint(Tint::yellow, "…"), slow[i].name.empty() ? "" : slow[i].name + "  ",
                              waits_for(slow[i]), elapsed(slow[i].age)));
  if (slow.size() > kMostPinned)
    all.push_back(tint(Tint::dim, fmt::format("… and {} more calls", slow.size() - kMostPinned)));
  bool const ages = !under_way_.empty() || !slow.empty();
  if (!offer_.empty()) all.push_back(offer_);
  around_.screen->pin(std::move(all));
  return ages ? Pinned::ages : Pinned::stands_still;
}

void Terminal::waits(const Calls::Slow& call) {
  lines(call.id, "…", Tint::yellow,
        fmt::format("{} so far: {}", duration(std::chrono::milliseconds(call.age)), waits_for(call)));
}

void Terminal::close() {
  calls_.release_all();
  under_way_.clear();
  withdraw_offer();
  if (around_.screen) around_.screen->pin({});
}

}  // namespace live
