#include "process/not_executed.h"

#include <cerrno>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace live {
namespace {

constexpr size_t kLongest = 256;  // the kernel's own limit of such a line
constexpr std::string_view kMark = "\xEF\xBB\xBF", kScript = "#!";

std::string first_line(const std::filesystem::path& file) {
  std::string line(kLongest, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(line.data(), kLongest);
  line.resize(size_t(stream.gcount()));
  return line.substr(0, line.find('\n'));
}

std::string_view interpreter_of(std::string_view line) {
  line.remove_prefix(kScript.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.substr(0, line.find_first_of(" \t\r"));
}

}  // namespace

std::string why_not_executed(const std::filesystem::path& file, int error) {
  auto const line = first_line(file);
  if (error == ENOENT && line.starts_with(kScript)) {
    if (line.ends_with('\r'))
      return "its lines end as on Windows; save it with the line endings of Linux (LF)";
    return fmt::format("{}, which its first line names, is not there", interpreter_of(line));
  }
  if (error == ENOEXEC && line.starts_with(kMark))
    return "it begins with a byte order mark; save it as UTF-8 without one";
  if (error == ENOEXEC && !line.starts_with("\x7F"
                                            "ELF"))
    return "it is no program of this machine, and has no first line that names one (#!/bin/sh)";
  return "";
}

}  // namespace live
