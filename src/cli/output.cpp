#include "cli/output.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace live::cli {
namespace {

constexpr size_t kMostKept = 64 * 1024;

std::optional<Screen::Size> measured;  // until it changes

Screen::Size measure() {
  if (measured) return *measured;
  winsize window{};
  bool const known =
      ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0;
  measured = known ? Screen::Size{window.ws_col, window.ws_row} : Screen::Size{};
  return *measured;
}

bool typing_is_shown = true;

// What is typed while lines are pinned would move the cursor: it is not shown. Ctrl-C and ENTER work as
// always.
void show_typing(bool shown) {
  termios mode{};
  if (shown == typing_is_shown || !is_in_foreground() || ::tcgetattr(STDIN_FILENO, &mode) != 0) return;
  mode.c_lflag = shown ? mode.c_lflag | ECHO : mode.c_lflag & ~tcflag_t(ECHO);
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0) typing_is_shown = shown;
}

void keep(std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); }

}  // namespace

bool is_in_foreground() { return ::tcgetpgrp(STDOUT_FILENO) == ::getpgrp(); }

bool on_terminal() {
  auto const* kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && kind && *kind && std::string_view(kind) != "dumb";
}

Screen* screen() {
  static auto const own = on_terminal() ? std::make_unique<Screen>(keep, measure) : nullptr;
  return own.get();
}

void write_line(std::string_view line) {
  static bool const buffered = std::setvbuf(stdout, nullptr, _IOFBF, kMostKept) == 0;
  (void)buffered;
  if (screen()) return screen()->print(line);
  keep(line);
  keep("\n");
}

void write_message(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

void flush_output() {
  if (auto* const own = screen(); own && (own->has_pinned() || own->is_drawn())) {
    if (is_in_foreground()) {
      own->draw();
    } else {
      own->forget();  // the lines of a shell are not ours to move
    }
    show_typing(!own->is_drawn());
  }
  static bool reader_is_gone = false;
  bool const failed = std::fflush(stdout) != 0 && (errno == EPIPE || errno == EIO);
  // `live start | head`
  if (failed && !std::exchange(reader_is_gone, true)) ::raise(SIGHUP);
}

void measure_again() { measured.reset(); }

void resume_output() {
  if (screen()) screen()->forget();
  typing_is_shown = true;
}

void step_aside() {
  if (screen()) screen()->clear();
  show_typing(true);
  std::fflush(stdout);
}

}  // namespace live::cli
