#include "cli/keys_notice.h"

#include <algorithm>
#include <ctime>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/chrono.h>

namespace live::cli {
namespace {

std::string on_the_wall(TimePoint at) {
  auto const seconds = std::chrono::system_clock::to_time_t(at);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:%H:%M:%S}", local);
}

bool is_mfa_code(const std::string& line) {
  return line.size() == 6 &&
         std::all_of(line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Async<void> renew(Account& account, Terminal& terminal, std::string code) {
  auto const renewed = co_await account.renew_with(std::move(code));
  if (renewed.has_error()) terminal.warn(renewed.error().message + "; type another code");
}

}  // namespace

void tell_of_ending_keys(Account& account, Terminal& terminal) {
  account.on_keys_ending([&account, &terminal](const Fault* why, TimePoint end) {
    if (!why) {
      terminal.good(fmt::format("The credentials were renewed; they end at {}", on_the_wall(end)));
      return;
    }
    terminal.warn(fmt::format("The credentials end at {}: {}{}", on_the_wall(end), why->message,
                              account.waits_for_code() ? "; type it here and press ENTER" : ""));
  });
}

bool take_mfa_code(Account& account, Terminal& terminal, const std::string& line) {
  if (!account.waits_for_code() || !is_mfa_code(line)) return false;
  asio::co_spawn(account.executor(), renew(account, terminal, line), asio::detached);
  return true;
}

}  // namespace live::cli
