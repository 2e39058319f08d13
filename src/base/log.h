// Lines for the developer of this program or its operator, on standard error. What a user of `live start`
// reads is not a log: see live/terminal.h. Never credentials, environment values or payloads.
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace live {

class Log {
 public:
  enum class Level { error, warning, info, debug };
  explicit Log(Level level = Level::info) : level_(level) {}
  virtual ~Log() = default;

  template <class... A>
  void error(fmt::format_string<A...> text, A&&... a) {
    line(Level::error, text, std::forward<A>(a)...);
  }
  template <class... A>
  void warning(fmt::format_string<A...> text, A&&... a) {
    line(Level::warning, text, std::forward<A>(a)...);
  }
  template <class... A>
  void info(fmt::format_string<A...> text, A&&... a) {
    line(Level::info, text, std::forward<A>(a)...);
  }
  template <class... A>
  void debug(fmt::format_string<A...> text, A&&... a) {
    line(Level::debug, text, std::forward<A>(a)...);
  }

  bool shows(Level level) const { return level <= level_; }

 protected:
  virtual void write(Level level, std::string_view line);  // standard error, with the time

 private:
  template <class... A>
  void line(Level level, fmt::format_string<A...> text, A&&... a) {
    if (shows(level)) write(level, fmt::format(text, std::forward<A>(a)...));
  }
  Level level_;
};

}  // namespace live
