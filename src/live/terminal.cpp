#include "live/terminal.h"

#include <fmt/format.h>

#include "base/json.h"
#include "live/trigger.h"

namespace live {
namespace {

constexpr size_t kShortest = 8;  // of a request id
constexpr size_t kPayloadShown = 160;

std::string shortened(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
    --most;  // not inside a character
  return fmt::format("{}… ({} bytes)", text.substr(0, most), text.size());
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
std::string summary(const Reply& reply, bool whole) {
  size_t const most = whole ? std::string::npos - 8 : kPayloadShown;
  if (reply.payload.size() > 64 * 1024 && !whole) return shortened(reply.payload, kPayloadShown);
  auto const parsed = parse_json_object(reply.payload);
  if (parsed.has_error()) return shortened(reply.payload, most);
  auto const status = find_int(parsed.value(), "statusCode");
  if (!status) return shortened(reply.payload, most);
  return fmt::format("{} {}", *status, shortened(string_or(parsed.value(), "body"), most));
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
  return parts.empty() ? "" : " (" + parts + ")";
}

}  // namespace

std::string duration(std::chrono::microseconds took) {
  double const ms = double(took.count()) / 1000;
  if (ms < 10) return fmt::format("{:.1f} ms", ms);
  if (ms < 1000) return fmt::format("{:.0f} ms", ms);
  return fmt::format("{:.1f} s", ms / 1000);
}

std::string short_name(const LocalFunction& function) {
  auto const& path = function.construct_path;
  return path.empty() ? function.name : path.substr(path.rfind('/') + 1);
}

Terminal::Terminal(Write write, Colour colour, Detail detail)
    : write_(std::move(write)), colour_(colour), detail_(detail) {}

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
void Terminal::detail(std::string_view line) {
  if (is_whole()) tell({Said::Kind::detail, line});
}

void Terminal::lines(std::string_view id, std::string_view mark, Tint colour, std::string_view text) {
  std::string const head = tint(Tint::dim, id.substr(0, kShortest)) + " " + tint(colour, mark) + " ";
  while (!text.empty()) {
    size_t const end = std::min(text.find('\n'), text.size());
    write_(head + std::string(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void Terminal::note(std::string_view request_id, std::string_view text) {
  lines(request_id, "!", Tint::yellow, text);
}

void Terminal::received(const LocalFunction& function, const Invocation& invocation) {
  if (is_quiet()) return;
  lines(invocation.request_id, "→", Tint::cyan,
        fmt::format("{}  {} {}", tint(Tint::bold, trigger_of(invocation.event)), short_name(function),
                    tint(Tint::dim, "[" + function.handler + "]")));
}

void Terminal::queued(const LocalFunction&, const Invocation& invocation, size_t workers) {
  lines(invocation.request_id, "…", Tint::yellow,
        fmt::format("waits for its turn: {} workers are busy ({})", workers,
                    R"("live": {"workers": N} in live.json)"));
}

void Terminal::printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
                       std::string_view line) {
  std::string const init = short_name(function);
  lines(request_id.empty() ? std::string_view(init) : request_id, "│",
        stream == Process::Stream::err ? Tint::yellow : Tint::dim, line.empty() ? " " : line);
}

void Terminal::answered(const LocalFunction&, const Invocation& invocation, const Reply& reply,
                        const Timing& timing) {
  std::string const took =
      duration(timing.build + timing.queue + timing.init + timing.handler) + where_the_time_went(timing);
  if (reply.outcome == Reply::Outcome::success) {
    if (is_quiet()) return;
    lines(invocation.request_id, "←", Tint::green,
          fmt::format("{}  {}", timing.streamed ? streamed(*timing.streamed) : summary(reply, is_whole()),
                      tint(Tint::dim, took)));
    return;
  }
  auto const parsed = parse_json_object(reply.payload);
  std::string text =
      parsed.has_error() ? reply.payload : string_or(parsed.value(), "errorMessage", reply.payload);
  if (!reply.error_type.empty() && !text.starts_with(reply.error_type)) text = reply.error_type + ": " + text;
  // The time stands behind the first line, the rest of a longer message below it.
  size_t const end = std::min(text.find('\n'), text.size());
  auto const sofar = timing.streamed ? fmt::format(" ({})", streamed(*timing.streamed)) : "";
  lines(invocation.request_id, "✗", Tint::red,
        fmt::format("{}{}  {}", tint(Tint::red, text.substr(0, end)), sofar, tint(Tint::dim, took)));
  lines(invocation.request_id, "│", Tint::red, std::string_view(text).substr(end).substr(end < text.size()));
  auto const* trace = parsed.has_error() ? nullptr : find_array(parsed.value(), "trace");
  if (!trace) return;
  for (auto const& frame : *trace) {
    auto const* line = frame.if_string();
    // The first line repeats type and message.
    if (line && line->find("    at ") == 0)
      lines(invocation.request_id, "│", Tint::dim, std::string_view(*line));
  }
}

void Terminal::ignored(const LocalFunction& function, std::string_view variable) {
  detail(fmt::format(
      "{}: variable {} is not taken from the deployed function, because it changes how a process starts here "
      "and the app's template does not have it with this value as plain text",
      short_name(function), variable));
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

}  // namespace live
