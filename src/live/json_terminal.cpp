#include "live/json_terminal.h"

#include "base/utf8.h"
#include "live/trace_view.h"
#include "live/trigger.h"

namespace live {
namespace {

constexpr size_t kMostPayload = 4096;  // bytes; whole with --verbose

double milliseconds(std::chrono::microseconds took) { return double(took.count()) / 1000; }

void add_payload(Fact& fact, std::string_view payload, bool whole) {
  fact["payload_bytes"] = payload.size();
  if (whole || payload.size() <= kMostPayload) fact["payload"] = payload;
}

Fact times_of(const Timing& timing) {
  return {{"build_ms", milliseconds(timing.build)},
          {"queue_ms", milliseconds(timing.queue)},
          {"init_ms", milliseconds(timing.init)},
          {"handler_ms", milliseconds(timing.handler)}};
}

// JSON is UTF-8, and what a program prints need not be.
json::value readable(const json::value& value) {
  if (auto const* text = value.if_string()) return json::value(valid_utf8(*text));
  if (auto const* array = value.if_array()) {
    json::array all;
    for (auto const& one : *array) all.push_back(readable(one));
    return all;
  }
  auto const* object = value.if_object();
  if (!object) return value;
  json::object all;
  for (auto const& [key, member] : *object) all[valid_utf8(key)] = readable(member);
  return all;
}

}  // namespace

JsonTerminal::JsonTerminal(Write write, Detail detail, const Clock& clock, Surroundings around)
    : Terminal(std::move(write), Colour::off, detail, std::move(around)), clock_(clock) {}

void JsonTerminal::write_fact(std::string_view type, Fact fact) {
  Fact whole{{"type", type}, {"time", iso8601(clock_.now())}};
  for (auto& [key, value] : fact)
    if (key != "type") whole[key] = readable(value);
  write(compact_json(whole));
}

void JsonTerminal::tell(Said said) {
  static constexpr std::string_view kTypes[] = {"message", "step", "warning", "error", "detail"};
  auto const first = said.line.find_first_not_of(' ');
  said.fact["text"] = said.line.substr(std::min(first, said.line.size()));
  if (said.took) said.fact["took_ms"] = said.took->count();
  write_fact(string_or(said.fact, "type", kTypes[int(said.kind)]), std::move(said.fact));
}

json::object JsonTerminal::about(const LocalFunction& function, std::string_view request_id) const {
  json::object fact;
  if (!request_id.empty()) fact["request_id"] = request_id;
  fact["function"] = function.construct_path.empty() ? function.name : function.construct_path;
  fact["name"] = function.name;
  return fact;
}

void JsonTerminal::record(std::string_view line, Fact fact) { say(line, std::move(fact)); }

void JsonTerminal::waits(const Calls::Slow& call) {
  static constexpr std::string_view kPhases[] = {"build",  "queue",  "init",    "handler",
                                                 "upload", "attach", "debugger"};
  write_fact("waiting", {{"request_id", call.id},
                         {"for", kPhases[int(call.phase)]},
                         {"elapsed_ms", call.age.count()},
                         {"text", waits_for(call)}});
}

void JsonTerminal::note(std::string_view request_id, std::string_view text) {
  write_fact("note", {{"request_id", request_id}, {"text", text}});
}

void JsonTerminal::received(const LocalFunction& function, const Invocation& invocation) {
  begin(function, invocation.request_id);
  if (is_quiet()) return;
  auto fact = about(function, invocation.request_id);
  fact["handler"] = function.handler;
  fact["trigger"] = trigger_of(invocation.event);
  if (function.debug_port != 0) fact["debug_port"] = function.debug_port;
  if (is_whole()) fact["event"] = invocation.event;
  write_fact("request", std::move(fact));
}

void JsonTerminal::runs_in(const LocalFunction& function, std::string_view request_id, pid_t process) {
  if (is_quiet()) return;
  auto fact = about(function, request_id);
  fact["pid"] = process;
  write_fact("process", std::move(fact));
}

void JsonTerminal::queued(const LocalFunction& function, const Invocation& invocation, size_t workers) {
  auto fact = about(function, invocation.request_id);
  fact["workers"] = workers;
  write_fact("queued", std::move(fact));
}

void JsonTerminal::printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
                           std::string_view line) {
  auto fact = about(function, request_id);
  fact["stream"] = stream == Process::Stream::err ? "stderr" : "stdout";
  fact["line"] = line;
  write_fact("log", std::move(fact));
}

void JsonTerminal::answered(const LocalFunction& function, const Invocation& invocation, const Reply& reply,
                            const Timing& timing) {
  end(invocation.request_id);
  bool const succeeded = reply.outcome == Reply::Outcome::success;
  if (succeeded && is_quiet()) return;
  auto fact = about(function, invocation.request_id);
  if (timing.streamed) {
    fact["streamed_bytes"] = timing.streamed->bytes;
    fact["first_ms"] = milliseconds(timing.streamed->first);
  }
  if (!succeeded) {
    auto const parsed = parse_json_object(reply.payload);
    fact["error_type"] = reply.error_type;
    fact["error_message"] =
        parsed.has_error() ? reply.payload : string_or(parsed.value(), "errorMessage", reply.payload);
    if (auto const trace = parsed.has_error() ? json::array() : trace_of(parsed.value()); !trace.empty())
      fact["trace"] = trace;
  } else if (!timing.streamed) {
    add_payload(fact, reply.payload, is_whole());
  }
  for (auto const& [key, value] : times_of(timing)) fact[key] = value;
  if (timing.debugger.count() > 0) fact["debugger_ms"] = milliseconds(timing.debugger);
  if (timing.max_memory_mb > 0) {
    fact["billed_ms"] = billed_ms(timing);
    fact["max_memory_mb"] = timing.max_memory_mb;
  }
  write_fact(succeeded ? "response" : "failure", std::move(fact));
}

void JsonTerminal::ignored(const LocalFunction& function, std::string_view variable) {
  if (!is_whole()) return;
  auto fact = about(function, "");
  fact["variable"] = variable;
  write_fact("variable-not-taken", std::move(fact));
}

void JsonTerminal::installing(const LocalFunction& function, std::string_view what,
                              const std::filesystem::path& folder) {
  if (is_quiet()) return;
  auto fact = about(function, "");
  fact["what"] = what;
  fact["folder"] = folder.string();
  write_fact("installing", std::move(fact));
}

void JsonTerminal::installed(const LocalFunction& function, std::chrono::microseconds took) {
  if (is_quiet()) return;
  auto fact = about(function, "");
  fact["took_ms"] = milliseconds(took);
  write_fact("installed", std::move(fact));
}

void JsonTerminal::rebuilt(const LocalFunction& function, std::chrono::microseconds took) {
  if (is_quiet()) return;
  auto fact = about(function, "");
  fact["took_ms"] = milliseconds(took);
  write_fact("rebuilt", std::move(fact));
}

void JsonTerminal::build_failed(const LocalFunction& function, std::string_view errors) {
  auto fact = about(function, "");
  fact["errors"] = errors;
  write_fact("build-failed", std::move(fact));
}

}  // namespace live
