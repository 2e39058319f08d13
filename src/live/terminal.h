// What the developer reads while a session runs: a block of lines for each invocation, every line under its
// short id, so that ten at once can be told apart.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "live/observer.h"

namespace live {

// What a line says, for programs: its "type" and fields (docs/json.md). Read by JsonTerminal alone.
using Fact = json::object;

class Terminal : public Observer {
 public:
  enum class Colour { on, off };
  enum class Detail {
    quiet,      // warnings, errors, results, and what handlers print
    shortened,  // payloads
    whole,      // with --verbose
  };
  using Write = std::function<void(std::string_view line)>;  // without its end

  Terminal(Write write, Colour colour, Detail detail);

  void say(std::string_view line, Fact fact = {});  // of ours
  // "✓ App deployed (12.3 s)"
  void step(std::string_view done, std::chrono::milliseconds took, Fact fact = {});
  void good(std::string_view line, Fact fact = {});
  void warn(std::string_view line, Fact fact = {});
  void fail(std::string_view line, Fact fact = {});  // to the same place; the caller sets the exit code
  void detail(std::string_view line);                // only with --verbose
  // What the command is for: said with --quiet too.
  void result(std::string_view line, Fact fact = {});
  void finish(std::string_view done, std::chrono::milliseconds took, Fact fact = {});
  virtual void note(std::string_view request_id, std::string_view text);  // of a call

  void received(const LocalFunction& function, const Invocation& invocation) override;
  void queued(const LocalFunction& function, const Invocation& invocation, size_t workers) override;
  void printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
               std::string_view line) override;
  void answered(const LocalFunction& function, const Invocation& invocation, const Reply& reply,
                const Timing& timing) override;
  void ignored(const LocalFunction& function, std::string_view variable) override;
  void rebuilt(const LocalFunction& function, std::chrono::microseconds took) override;
  void build_failed(const LocalFunction& function, std::string_view errors) override;

  enum class Tint { none, dim, red, green, yellow, cyan, bold };
  std::string tint(Tint tint, std::string_view text) const;

 protected:
  struct Said {
    enum class Kind { message, step, warning, error, detail } kind = Kind::message;
    std::string_view line;
    Fact fact{};
    std::optional<std::chrono::milliseconds> took{};
  };
  virtual void tell(Said said);
  bool is_quiet() const { return detail_ == Detail::quiet; }
  bool is_whole() const { return detail_ == Detail::whole; }
  void write(std::string_view line) { write_(line); }

 private:
  void lines(std::string_view id, std::string_view mark, Tint colour, std::string_view text);

  Write write_;
  Colour colour_;
  Detail detail_;
};

std::string duration(std::chrono::microseconds took);   // "0.8 ms", "12 ms", "1.4 s"
std::string short_name(const LocalFunction& function);  // the construct path's last part, or the name

}  // namespace live
