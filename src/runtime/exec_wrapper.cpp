#include "runtime/exec_wrapper.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <ranges>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "runtime/language.h"
#include "runtime/launchers.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOpt = "/opt/", kTask = "/var/task/";

std::string wrapper_of(const Program& program) {
  if (language_of(program.runtime) == Language::os_only) return "";  // as on AWS
  for (auto const& [name, value] : program.variables)
    if (name == kExecWrapper) return value;
  return "";
}

// The last layer that has it, as in /opt.
std::optional<fs::path> in_layers(const Program& program, std::string_view inside) {
  std::error_code ignored;
  for (auto const& layer : std::views::reverse(program.layers))
    if (fs::exists(layer / inside, ignored)) return layer / inside;
  return std::nullopt;
}

fs::path place_of(const Program& program, std::string_view wrapper) {
  if (wrapper.starts_with(kOpt))
    if (auto found = in_layers(program, wrapper.substr(kOpt.size()))) return *found;
  if (wrapper.starts_with(kTask)) return program.task_root / wrapper.substr(kTask.size());
  return program.task_root / wrapper;
}

// In Lambda's words, and with its exit codes.
std::vector<std::string> refusal(std::string_view wrapper, const char* code, std::string_view reason) {
  auto const line = fmt::format("{}: {} ({})", wrapper, reason, kExecWrapper);
  return {"sh", "-c", R"(echo "$1"; exit "$0")", code, line};
}

bool is_in_a_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) ||
         std::string_view("_-./@+").find(letter) != std::string_view::npos;
}

// As it stands in a script, in quotes or not.
bool is_plain(const std::string& path) { return std::ranges::all_of(path, is_in_a_word); }

// "nodejs/wrapper.js", or what it begins with, as it lies on this machine.
std::string moved(const Program& program, std::string_view inside) {
  if (auto const whole = in_layers(program, inside); whole && is_plain(whole->string()))
    return whole->string();
  auto const first = inside.substr(0, inside.find('/'));
  auto const begun = first.empty() ? std::nullopt : in_layers(program, first);
  if (!begun || !is_plain(begun->string())) return std::string(kOpt).append(inside);
  return begun->string().append(inside.substr(first.size()));
}

// The script with its paths below /opt as they lie on this machine.
std::string with_layers(const Program& program, std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    auto const found = std::min(text.find(kOpt, at), text.size());
    result.append(text.substr(at, found - at));
    if (found == text.size()) break;
    auto const begin = found + kOpt.size();
    auto const end = std::find_if_not(text.begin() + std::ptrdiff_t(begin), text.end(), is_in_a_word);
    at = size_t(end - text.begin());
    auto const inside = text.substr(begin, at - begin);
    bool const is_whole = found == 0 || !is_in_a_word(text[found - 1]);
    result.append(is_whole ? moved(program, inside) : std::string(kOpt).append(inside));
  }
  return result;
}

// The shell that the script names in its first line, with its options; none: it is something else.
std::vector<std::string> shell_of(std::string_view text) {
  if (!text.starts_with("#!")) return {};
  auto const line = text.substr(2, text.find('\n') - 2);
  std::vector<std::string> words;
  boost::split(words, line, boost::is_space(), boost::token_compress_on);
  std::erase(words, "");
  auto const is_shell = [](const std::string& word) {
    auto const name = fs::path(word).filename();
    return name == "sh" || name == "bash" || name == "dash" || name == "zsh";
  };
  return std::ranges::any_of(words, is_shell) ? words : std::vector<std::string>{};
}

// How it is run where /opt is not its own: a script that names files in it is given to its shell as one that
// names them where they are.
std::vector<std::string> command_of(const Program& program, const fs::path& wrapper) {
  auto const text = read_file(wrapper);
  if (!text) return {wrapper.string()};
  auto here = with_layers(program, text.value());
  auto words = shell_of(text.value());
  if (words.empty() || here == text.value()) return {wrapper.string()};
  words.insert(words.end(), {"-c", std::move(here), wrapper.string()});
  return words;
}

}  // namespace

bool lacks_exec_wrapper(const Program& program) {
  auto const wrapper = wrapper_of(program);
  return wrapper.starts_with(kOpt) && !in_layers(program, std::string_view(wrapper).substr(kOpt.size()));
}

void add_exec_wrapper(const Program& program, Launch& launch) {
  auto const wrapper = wrapper_of(program);
  if (wrapper.empty()) return;
  launch.spare.reset();
  auto const here = place_of(program, wrapper);
  auto& arguments = launch.command.arguments;
  std::error_code ignored;
  if (!fs::is_regular_file(here, ignored)) {
    arguments = refusal(wrapper, "127", "does not exist");
  } else if (::access(here.c_str(), X_OK) != 0) {
    arguments = refusal(wrapper, "126", "is not an executable");
  } else {
    auto const before = has_own_opt(program)
                            ? std::vector{wrapper.starts_with(kOpt) ? wrapper : here.string()}
                            : command_of(program, here);
    arguments.insert(arguments.begin(), before.begin(), before.end());
  }
}

}  // namespace live
