// live invoke: a function of the app is invoked in the account, whether it runs live or as deployed.
#include <unistd.h>

#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "aws/lambda.h"
#include "base/file.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/deployed.h"
#include "cli/output.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/sample_event.h"

namespace live::cli {
namespace {

constexpr Milliseconds kPatience{std::chrono::minutes(20)};  // Lambda's quota of 15, and a cold start

struct Options : CommonOptions {
  std::string function, event, sample, qualifier;
  bool async = false, print = false;
};

std::string read_standard_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

bool is_json_itself(std::string_view text) { return text.starts_with('{') || text.starts_with('['); }

// As it was written, once it is known to be JSON.
Result<std::string> checked(const std::filesystem::path& from, std::string text) {
  if (parse_json(text).has_value()) return text;
  auto const parsed = JsonText::parse(from, text);  // says where
  if (parsed.has_error()) return parsed.error();
  return text;
}

Result<std::string> event_text(const std::string& event) {
  if (event.empty()) return std::string("{}");
  if (is_json_itself(event)) return checked("--event", event);
  if (event == "-") return checked("standard input", read_standard_input());
  auto text = read_file(event);
  if (text.has_error()) return within("--event", text.error());
  return checked(event, std::move(text.value()));
}

SampleNames names_of(const Target& target, const DeployedFunction& function,
                     const std::vector<StackState>& stacks) {
  SampleNames names;
  names.account = target.account;
  names.region = target.region;
  names.stage = target.stage;
  names.function = function.name;
  names.take(stacks);
  return names;
}

Result<std::string> event_of(const Options& options, const SampleNames& names) {
  if (options.sample.empty()) return event_text(options.event);
  LIVE_TRY(auto event, sample_event(options.sample, names, SystemClock().now()));
  return compact_json(event);
}

// The error as people read it, with its stack.
std::string error_text(const json::object& error) {
  auto const type = string_or(error, "errorType"), message = string_or(error, "errorMessage");
  std::string text = type.empty() || message.starts_with(type) ? message : type + ": " + message;
  for (auto const* key : {"trace", "stackTrace"}) {
    auto const* frames = find_array(error, key);
    if (!frames) continue;
    for (auto const& frame : *frames) {
      auto const* line = frame.if_string();
      if (line && !std::string_view(text).starts_with(std::string_view(*line)))
        text += "\n" + std::string(*line);
    }
  }
  return text;
}

class Answer {
 public:
  Answer(const DeployedFunction& function, aws::InvokeOutput output, Milliseconds took)
      : function_(function), output_(std::move(output)), took_(took), payload_(parse_json(output_.payload)) {}

  Fact fact() const {
    Fact fact{{"type", "answer"},         {"function", function_.construct_path}, {"name", function_.name},
              {"status", output_.status}, {"request_id", output_.request_id},     {"took_ms", took_.count()}};
    if (!output_.executed_version.empty()) fact["version"] = output_.executed_version;
    if (!output_.function_error.empty()) fact["error"] = output_.function_error;
    if (payload_.has_value()) fact["payload"] = payload_.value();
    if (payload_.has_error() && !output_.payload.empty()) fact["payload_text"] = valid_utf8(output_.payload);
    if (!output_.log.empty()) fact["log"] = valid_utf8(output_.log);
    return fact;
  }

  void tell_log(Terminal& terminal) const {
    std::string_view rest = output_.log;
    while (!rest.empty()) {
      size_t const end = std::min(rest.find('\n'), rest.size());
      terminal.detail(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  // On standard output: for a reader, or as it came for a program.
  void write_payload() const {
    bool const for_people = ::isatty(STDOUT_FILENO) != 0;
    if (for_people && !output_.function_error.empty()) return;  // it is told as an error
    if (!for_people || payload_.has_error()) return write_line(output_.payload);
    auto const text = pretty_json(payload_.value());
    write_line(std::string_view(text).substr(0, text.size() - 1));  // its own end of line
  }

  Result<void> outcome() const {
    if (output_.function_error.empty()) return outcome::success();
    auto const* error = payload_.has_value() ? payload_.value().if_object() : nullptr;
    return within(full_name(function_), fault(error ? error_text(*error) : output_.payload));
  }

  std::string said() const {
    auto const& version = output_.executed_version;
    bool const named = !version.empty() && version != "$LATEST";
    return full_name(function_) + (named ? ", version " + version + "," : "") + " answered";
  }
  Milliseconds took() const { return took_; }

 private:
  const DeployedFunction& function_;
  aws::InvokeOutput output_;
  Milliseconds took_;
  Result<json::value> payload_;
};

Async<Result<void>> call(const Options& options, aws::AwsClient& client, const DeployedFunction& function,
                         std::string event, Terminal& terminal) {
  using Input = aws::InvokeInput;
  Input input{.function = function.name, .qualifier = options.qualifier, .payload = std::move(event)};
  if (options.async) input.type = Input::Type::event;
  bool const wants_log = !options.async && (options.verbose || options.json);
  if (wants_log) input.log_type = Input::LogType::tail;
  input.timeout = kPatience;
  auto const began = std::chrono::steady_clock::now();
  LIVE_CO_TRY(auto output, co_await aws::Lambda(client).invoke(std::move(input)));
  auto const took = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - began);
  if (options.async) {
    terminal.step(fmt::format("{} will run: request {}", full_name(function), output.request_id), took,
                  Answer(function, output, took).fact());
    co_return outcome::success();
  }
  Answer const answer(function, std::move(output), took);
  if (options.json) {
    terminal.result("", answer.fact());
  } else {
    answer.tell_log(terminal);
    if (answer.outcome().has_value()) terminal.step(answer.said(), answer.took());
    answer.write_payload();
  }
  co_return answer.outcome();
}

// What an event looks like, without an account.
Result<void> print_event(const Options& options) {
  LIVE_TRY(auto text, event_of(options, {}));
  LIVE_TRY(auto event, parse_json(text));
  text = pretty_json(event);
  write_line(std::string_view(text).substr(0, text.size() - 1));
  return outcome::success();
}

Async<Result<void>> invoke(Options options, Terminal& terminal) {
  if (options.print) co_return print_event(options);
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Target& target = prepared.target;
  if (options.sample.empty()) {
    LIVE_CO_TRY(options.event, event_text(options.event));  // before anything is asked for
  }
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, target));
  LIVE_CO_TRY(check_account(options, target));
  Planner planner(host, target, stubs(), terminal);
  LIVE_CO_TRY(auto const app, co_await find_deployed(planner, *account, target));
  LIVE_CO_TRY(auto const function, find_function(app.functions, options.function));
  LIVE_CO_TRY(check_deployed(function, target));
  std::string event = std::move(options.event);
  if (!options.sample.empty()) {
    LIVE_CO_TRY(event, event_of(options, names_of(target, function, app.stacks)));
  }
  co_return co_await call(options, account->client(), function, std::move(event), terminal);
}

// Empty: it is one.
std::string check_sample(const std::string& kind) {
  auto const event = sample_event(kind, {}, TimePoint());
  return event.has_error() ? event.error().message : "";
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("FUNCTION", options.function, "Its name, its construct path, or a part or glob of one");
  auto* event = command
                    .add_option("--event", options.event,
                                "The event: a file, - for standard input, or JSON itself ({})")
                    ->type_name("FILE");
  auto* sample = command.add_option("--sample", options.sample, "An event as AWS sends it")
                     ->type_name("SAMPLE")
                     ->check(check_sample)
                     ->excludes(event);
  command.add_option("--qualifier", options.qualifier, "A version or an alias")->type_name("ALIAS");
  command.add_flag("--async", options.async, "Do not wait for the answer");
  command.add_flag("--print", options.print, "Print the event of --sample; invoke nothing")->needs(sample);
}

}  // namespace

void add_invoke(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("invoke", "Invoke a function of the app");
  add_options(*command, *options);
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    if (options->function.empty() && !options->print) throw CLI::RequiredError("FUNCTION");
    auto const terminal = make_terminal(*options, Messages::on_standard_error);
    exit_code = run_command(*terminal, [&](Interruption&) { return invoke(*options, *terminal); });
  });
}

}  // namespace live::cli
