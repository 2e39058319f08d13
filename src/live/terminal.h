// What the developer reads while a session runs: a block of lines for each invocation, every line under its
// short id, so that ten at once can be told apart.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "live/observer.h"

namespace live {

class Terminal final : public Observer {
 public:
  enum class Colour { on, off };
  enum class Detail { shortened, whole };                    // whole payloads with --verbose
  using Write = std::function<void(std::string_view line)>;  // without its end

  Terminal(Write write, Colour colour, Detail detail);

  void say(std::string_view line);                                   // of ours
  void step(std::string_view done, std::chrono::milliseconds took);  // "✓ App deployed (12.3 s)"
  void good(std::string_view line);
  void warn(std::string_view line);
  void detail(std::string_view line);                             // only with --verbose
  void note(std::string_view request_id, std::string_view text);  // of a call
  void fail(std::string_view line);  // to the same place; the caller sets the exit code

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

 private:
  void lines(std::string_view id, std::string_view mark, Tint colour, std::string_view text);

  Write write_;
  Colour colour_;
  Detail detail_;
};

std::string duration(std::chrono::microseconds took);   // "0.8 ms", "12 ms", "1.4 s"
std::string short_name(const LocalFunction& function);  // the construct path's last part, or the name

}  // namespace live
