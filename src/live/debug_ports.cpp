#include "live/debug_ports.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/json.h"
#include "live/tool_source.h"
#include "runtime/language.h"

namespace live {
namespace {

using Memory = std::map<std::string, DebugPlace, std::less<>>;

constexpr uint16_t kFirst = 9229;             // Node's own, which IDEs look at first
constexpr uint16_t kMost = 4096;              // ports that are tried
constexpr const char* kByProcess = "dotnet";  // its debuggers attach to a process

// The runtime of a program of its own does not say what it is written in.
const Debugging* debugging_of(const LocalFunction& function) {
  bool const has_project = function.source == LocalFunction::Source::tool;
  auto const project = has_project ? find_project(tool_source(function)) : std::nullopt;
  return project && project->tool == Tool::go ? debugging_in("go") : live::debugging_of(function.runtime);
}

bool is_dotnet(const LocalFunction& function) {
  if (language_of(function.runtime) == Language::dotnet) return true;
  bool const has_project = function.source == LocalFunction::Source::tool;
  auto const project = has_project ? find_project(tool_source(function)) : std::nullopt;
  return project && project->tool == Tool::dotnet;
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Of Node it is the port alone; of .NET there is none.
std::optional<DebugPlace> place_of(const json::value& value) {
  auto const* object = value.if_object();
  if (object && string_or(*object, "language") == kByProcess) return DebugPlace{0, kByProcess};
  auto const* port = object ? object->if_contains("port") : &value;
  auto const* number = port ? port->if_int64() : nullptr;
  if (!number || *number <= 0 || *number > std::numeric_limits<uint16_t>::max()) return std::nullopt;
  return DebugPlace{uint16_t(*number), object ? string_or(*object, "language", "node") : "node"};
}

json::value written(const DebugPlace& place) {
  if (place.language == "node") return place.port;
  if (place.port == 0) return json::object{{"language", place.language}};
  return json::object{{"port", place.port}, {"language", place.language}};
}

// Empty: they are given anew.
Memory recall(const std::filesystem::path& file) {
  Memory memory;
  auto const text = read_file(file);
  if (!text) return memory;
  auto const known = parse_json_object(text.value());
  if (!known) return memory;
  for (auto const& [key, value] : known.value())
    if (auto place = place_of(value)) memory[std::string(key)] = std::move(*place);
  return memory;
}

}  // namespace

DebugPorts::DebugPorts(Executor executor, Ids& ids, Options options, Warn warn)
    : executor_(std::move(executor)), ids_(ids), options_(std::move(options)), warn_(std::move(warn)) {
  memory_ = recall(options_.memory);
}

void DebugPorts::use(FunctionTable& table) {
  std::erase_if(ports_, [&](auto const& one) { return !table.contains(one.first); });
  std::vector<LocalFunction*> wanted;
  std::vector<std::string> without;
  auto const before = memory_;
  for (auto& [name, function] : table) {
    if (!is_wanted(function)) continue;
    auto const* debugging = debugging_of(function);
    auto const missing = debugging ? missing_debugger(*debugging) : std::nullopt;
    if (debugging && !missing) {
      wanted.push_back(&function);
    } else if (missing) {
      if (told_.insert(name).second)
        warn_(fmt::format("{}: no breakpoints, {}", last_part(function.construct_path), *missing));
    } else if (is_dotnet(function)) {
      function.is_attached_by_process = true;
      function.init_waits = options_.waits;
      memory_[key_of(function)] = DebugPlace{0, kByProcess};
    } else if (options_.chosen && told_.insert(name).second) {
      without.push_back(last_part(function.construct_path));
    }
  }
  if (!without.empty())
    warn_(fmt::format("No debugger is known for {}: {} no debug port (docs/debugging.md)",
                      fmt::join(without, ", "), without.size() == 1 ? "it has" : "they have"));
  std::ranges::sort(wanted, {}, [this](auto const* one) { return key_of(*one); });
  for (auto* function : wanted) {
    auto& port = ports_[function->name];
    if (!port) port = open(*function);
    function->debug_port = port ? port->port() : 0;
    if (port) memory_[key_of(*function)].language = port->debugging().language;
  }
  std::erase_if(ports_, [](auto const& one) { return !one.second; });
  if (memory_ != before) remember();
}

DebugPort* DebugPorts::of(std::string_view function) const {
  auto const found = ports_.find(function);
  return found == ports_.end() ? nullptr : found->second.get();
}

// A terminal attaches by itself to Node alone.
bool DebugPorts::is_wanted(const LocalFunction& function) const {
  if (options_.chosen) return !options_.chosen->leaves_out({function.construct_path, function.logical_id});
  return options_.auto_attach && language_of(function.runtime) == Language::node;
}

std::string DebugPorts::key_of(const LocalFunction& function) const {
  auto const& path = function.construct_path.empty() ? function.name : function.construct_path;
  auto const stage = options_.stage + "-";
  return path.starts_with(stage) ? path.substr(stage.size()) : path;
}

std::unique_ptr<DebugPort> DebugPorts::open(const LocalFunction& function) {
  auto const known = memory_.find(key_of(function));
  if (known == memory_.end() || known->second.port == 0) {
    auto opened = open_another(function);
    if (opened) memory_[key_of(function)].port = opened->port();
    return opened;
  }
  auto opened = listen(function, known->second.port);
  if (opened) return std::move(opened.value());
  auto another = open_another(function);
  if (another)
    warn_(fmt::format("{}: its debug port {} is taken by another program; in this session it is {}",
                      last_part(function.construct_path), known->second.port, another->port()));
  return another;
}

// A free one that belongs to no function.
std::unique_ptr<DebugPort> DebugPorts::open_another(const LocalFunction& function) {
  for (uint16_t port = kFirst; port < kFirst + kMost; ++port) {
    if (std::ranges::any_of(memory_, [port](auto const& one) { return one.second.port == port; })) continue;
    auto opened = listen(function, port);
    if (opened) return std::move(opened.value());
  }
  warn_(fmt::format("{}: no port is free for a debugger from {} to {}", last_part(function.construct_path),
                    kFirst, kFirst + kMost - 1));
  return nullptr;
}

Result<std::unique_ptr<DebugPort>> DebugPorts::listen(const LocalFunction& function, uint16_t port) {
  auto const* debugging = debugging_of(function);
  bool const attaches = options_.auto_attach && debugging->speaks == DebugPort::Speaks::inspector;
  DebugPort::Options options{
      .debugging = debugging,
      .title = function.construct_path,
      .waits = options_.waits,
      .ide_attaches = attaches,
      .warn = [this, name = last_part(function.construct_path)](const std::string& text) {
        warn_(fmt::format("{}: no debugger can look into it: {}", name, text));
      }};
  return DebugPort::listen(executor_, ids_, port, std::move(options));
}

void DebugPorts::remember() const {
  json::object known;
  for (auto const& [key, place] : memory_) known[key] = written(place);
  auto const written = write_file(options_.memory, pretty_json(known));
  if (!written) warn_("the debug ports are not remembered: " + written.error().message);
}

std::filesystem::path debug_ports_file(const std::filesystem::path& state_folder) {
  return state_folder / "inspect.json";
}

DebugPortTable remembered_debug_ports(const std::filesystem::path& state_folder) {
  auto const memory = recall(debug_ports_file(state_folder));
  std::map<std::string, int> namesakes;
  for (auto const& [path, place] : memory) ++namesakes[last_part(path)];
  DebugPortTable table;
  for (auto const& [path, place] : memory)
    table[namesakes[last_part(path)] > 1 ? path : last_part(path)] = place;
  return table;
}

std::string debug_ports_in_words(const FunctionTable& functions) {
  constexpr size_t kMostNamed = 8;
  std::vector<std::pair<uint16_t, std::string>> all;
  for (auto const& [name, one] : functions)
    if (one.debug_port != 0) all.emplace_back(one.debug_port, last_part(one.construct_path));
  std::ranges::sort(all);
  std::string words;
  for (auto const& [port, name] : all | std::views::take(kMostNamed))
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, port);
  if (all.size() > kMostNamed) words += fmt::format(" and {} more", all.size() - kMostNamed);
  for (auto const& [name, one] : functions)
    if (one.is_attached_by_process)
      words += fmt::format("{}{} by its process", words.empty() ? "" : ", ", last_part(one.construct_path));
  return words;
}

}  // namespace live
