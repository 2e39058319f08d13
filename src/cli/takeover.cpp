#include "cli/takeover.h"

namespace live::cli {

Async<Result<void>> agree_to_take(Relay& relay, const CommonOptions& options, const Target& target) {
  if (target.app.config.takeover == Config::Takeover::take) co_return outcome::success();
  auto const row = co_await relay.mailbox().client();
  if (row.has_error()) co_return within("looking who is connected", row.error());
  if (!row.value() || row.value()->connection.empty()) co_return outcome::success();
  auto const& client = *row.value();
  auto const there = co_await relay.has_connection(client.connection);
  if (there.has_value() && !there.value()) co_return outcome::success();  // went without a goodbye
  auto const who =
      fmt::format("{} is connected to stage {} since {}", client.who, target.stage, iso8601(client.since));
  if (ask(options, who + ". Take it over?", Enter::means_no)) co_return outcome::success();
  co_return fault(who +
                  ", and live.json says to ask before it is taken over: answer yes in a terminal, use "
                  "--yes, or another --stage");
}

}  // namespace live::cli
