#include "cli/output.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

namespace live::cli {
namespace {

constexpr size_t kMostKept = 64 * 1024;

}  // namespace

void write_line(std::string_view line) {
  static bool const buffered = std::setvbuf(stdout, nullptr, _IOFBF, kMostKept) == 0;
  (void)buffered;
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
}

void write_message(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

void flush_output() {
  static bool reader_is_gone = false;
  bool const failed = std::fflush(stdout) != 0 && (errno == EPIPE || errno == EIO);
  // `live start | head`
  if (failed && !std::exchange(reader_is_gone, true)) ::raise(SIGHUP);
}

}  // namespace live::cli
