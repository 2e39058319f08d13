// What the developer reads while a session runs: a block of lines for each invocation, every line under its
// short id; where it is a terminal, what is under way stays below them.
// Readable on dark and light backgrounds: text is plain, dim, bold or red, other colours are for single
// marks.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/timer.h"
#include "live/calls.h"
#include "live/observer.h"
#include "live/screen.h"
#include "live/under_way.h"

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

  struct Surroundings {
    Screen* screen = nullptr;                   // borrowed; none: no terminal, or a dumb one
    std::function<Steady::time_point()> now;    // none: nobody calls refresh()
    std::filesystem::path folder;               // what lies below it is named relative to it
    std::vector<std::filesystem::path> others;  // whose frames in a stack are not the user's
  };

  Terminal(Write write, Colour colour, Detail detail);
  Terminal(Write write, Colour colour, Detail detail, Surroundings around);

  void say(std::string_view line, Fact fact = {});  // of ours
  // "✓ App deployed (12.3 s)"
  void step(std::string_view done, std::chrono::milliseconds took, Fact fact = {});
  void good(std::string_view line, Fact fact = {});
  void warn(std::string_view line, Fact fact = {});
  void fail(std::string_view line, Fact fact = {});       // to the same place; the caller sets the exit code
  void detail(std::string_view line, Fact fact = {});     // only with --verbose
  virtual void record(std::string_view line, Fact fact);  // for programs; for people a detail
  // What the command is for: said with --quiet too.
  void result(std::string_view line, Fact fact = {});
  void finish(std::string_view done, std::chrono::milliseconds took, Fact fact = {});
  void note(std::string_view request_id, std::string_view text) override;

  void show(UnderWay& what);  // borrowed until hide()
  void hide(UnderWay& what);
  // What the developer may do now. At the end of a terminal it stays until it is withdrawn; elsewhere a line.
  void offer(std::string text, Fact fact = {});
  void withdraw_offer() { offer_.clear(); }
  bool pins() const { return around_.screen != nullptr && !is_quiet(); }
  // Writes what is due; says when to call again.
  std::optional<Steady::time_point> refresh();
  void close();  // what is held back still; nothing is under way any more

  // Of the answer to a call, once the handler is done.
  void delivering(std::string_view request_id);
  void delivered(std::string_view request_id);

  void received(const LocalFunction& function, const Invocation& invocation) override;
  void queued(const LocalFunction& function, const Invocation& invocation, size_t workers) override;
  void printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
               std::string_view line) override;
  void answered(const LocalFunction& function, const Invocation& invocation, const Reply& reply,
                const Timing& timing) override;
  void entered(std::string_view request_id, Phase phase) override;
  void ignored(const LocalFunction& function, std::string_view variable) override;
  void runs_in(const LocalFunction& function, std::string_view request_id, pid_t process) override;
  void installing(const LocalFunction& function, std::string_view what,
                  const std::filesystem::path& folder) override;
  void installed(const LocalFunction& function, std::chrono::microseconds took) override;
  void not_debugged(const LocalFunction& function, std::string_view why) override;
  void layer_missing(const LocalFunction& function, std::string_view layer, std::string_view why) override;
  void extensions_absent(const LocalFunction& function, std::string_view layer,
                         const std::vector<std::string>& extensions, std::string_view lacks) override;
  void rebuilt(const LocalFunction& function, std::chrono::microseconds took) override;
  void build_failed(const LocalFunction& function, std::string_view errors) override;

  enum class Tint { none, dim, red, green, yellow, cyan, bold };
  std::string tint(Tint tint, std::string_view text) const;
  bool is_whole() const { return detail_ == Detail::whole; }
  const Surroundings& around() const { return around_; }

 protected:
  struct Said {
    enum class Kind { message, step, warning, error, detail } kind = Kind::message;
    std::string_view line;
    Fact fact{};
    std::optional<std::chrono::milliseconds> took{};
  };
  virtual void tell(Said said);
  bool is_quiet() const { return detail_ == Detail::quiet; }
  void begin(const LocalFunction& function, std::string_view request_id);
  void end(std::string_view request_id);
  virtual void waits(const Calls::Slow& call);
  void write(std::string_view line) { write_(line); }

 private:
  void lines(std::string_view id, std::string_view mark, Tint colour, std::string_view text);
  void answered_well(const Invocation& invocation, const Reply& reply, const Timing& timing);
  void failed(const Invocation& invocation, const Reply& reply, const Timing& timing);
  void figures(const LocalFunction& function, const Invocation& invocation, const Timing& timing);
  size_t payload_room(size_t columns_beside) const;
  std::string named_again(std::string_view request_id) const;
  Steady::time_point now() const { return around_.now ? around_.now() : Steady::time_point{}; }
  enum class Pinned { stands_still, ages };
  Pinned pin(Steady::time_point now);

  Write write_;
  Colour colour_;
  Detail detail_;
  Surroundings around_;
  Calls calls_;
  std::vector<UnderWay*> under_way_;
  std::string offer_;
};

std::string waits_for(const Calls::Slow& call);         // "waits for the build of its code"
std::string duration(std::chrono::microseconds took);   // "0.8 ms", "12 ms", "1.4 s"
std::string elapsed(std::chrono::milliseconds time);    // "8 s", "2 min 5 s"
std::string short_name(const LocalFunction& function);  // the construct path's last part, or the name

}  // namespace live
