#include "runtime/auto_attach.h"

#include <utility>
#include <vector>

#include "base/json.h"

namespace live {

namespace {

// NODE_OPTIONS as Node reads it: words, in quotes where they hold spaces, a backslash before a quote in them.
std::vector<std::string> words_of(std::string_view options) {
  std::vector<std::string> words;
  bool quoted = false, within = false;
  for (size_t at = 0; at < options.size(); ++at) {
    char letter = options[at];
    if (letter == ' ' && !quoted) {
      within = false;
      continue;
    }
    if (!std::exchange(within, true)) words.emplace_back();
    if (letter == '"') {
      quoted = !quoted;
      continue;
    }
    if (letter == '\\' && quoted && at + 1 < options.size()) letter = options[++at];
    words.back() += letter;
  }
  return words;
}

std::string quoted(const std::string& word) {
  if (word.find_first_of(" \"") == std::string::npos) return word;
  std::string text = "\"";
  for (char const letter : word) {
    if (letter == '"' || letter == '\\') text += '\\';
    text += letter;
  }
  return text + '"';
}

struct NodeOptions {
  std::string bootloader, rest;
};

bool is_bootloader(std::string_view file) {
  return file.ends_with("/bootloader.js") || file.ends_with("/bootloader.bundle.js") ||
         file.ends_with("/bootloader.cjs");
}

NodeOptions take_apart(std::string_view options) {
  NodeOptions parts;
  auto const words = words_of(options);
  for (size_t at = 0; at < words.size(); ++at) {
    auto const& word = words[at];
    constexpr std::string_view kRequire = "--require=";
    bool const apart = (word == "--require" || word == "-r") && at + 1 < words.size();
    std::string const file = apart                        ? words[at + 1]
                             : word.starts_with(kRequire) ? word.substr(kRequire.size())
                                                          : "";
    if (is_bootloader(file)) {
      parts.bootloader = file;
      at += apart ? 1 : 0;
    } else if (!word.starts_with("--inspect-publish-uid")) {
      parts.rest += (parts.rest.empty() ? "" : " ") + quoted(word);
    }
  }
  return parts;
}

bool is_deferred(std::string_view options) {
  auto const parsed = parse_json_object(options);
  return parsed && find_bool(parsed.value(), "deferredMode").value_or(false);
}

// In a debug terminal "Auto Attach" may have added its own behind: the terminal's count, and else the last.
std::string_view that_count(std::string_view all) {
  constexpr std::string_view kBetween = ":::";
  std::string_view chosen;
  for (;;) {
    auto const end = all.find(kBetween);
    auto const one = all.substr(0, end);
    if (!one.empty() && (chosen.empty() || is_deferred(chosen))) chosen = one;
    if (end == all.npos) return chosen;
    all.remove_prefix(end + kBetween.size());
  }
}

AutoAttach::To whom(std::string_view options) {
  auto const parsed = parse_json_object(options);
  auto const mode = parsed ? string_or(parsed.value(), "autoAttachMode") : "";
  if (mode == "smart") return AutoAttach::To::some;
  return mode == "onlyWithFlag" ? AutoAttach::To::with_a_flag : AutoAttach::To::all;
}

}  // namespace

std::optional<AutoAttach> AutoAttach::in(std::string_view node_options, std::string_view inspector_options) {
  auto parts = take_apart(node_options);
  auto const options = that_count(inspector_options);
  if (parts.bootloader.empty() || options.empty()) return std::nullopt;
  return AutoAttach{std::move(parts.bootloader), std::string(options), whom(options)};
}

std::string without_auto_attach(std::string_view node_options) {
  auto parts = take_apart(node_options);
  return parts.bootloader.empty() ? std::string(node_options) : std::move(parts.rest);
}

}  // namespace live
