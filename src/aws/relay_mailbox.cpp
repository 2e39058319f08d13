#include "aws/relay_mailbox.h"

namespace live::aws {
namespace {

constexpr auto kShort = 3000ms;  // a message, a row

Posted::Outcome outcome_of(int status) {
  using enum Posted::Outcome;
  switch (status) {
    case 403:
      return forbidden;
    case 400:  // an id that cannot be one any more
    case 410:
      return gone;
    case 413:
      return too_large;
    case 429:
      return throttled;
    default:
      return failed;
  }
}

}  // namespace

AwsSettings settings_of(const RelayAddress& address) {
  AwsSettings settings{.region = address.region, .endpoint = {}, .proxies = address.proxies};
  auto const endpoint = net::parse_endpoint(address.endpoint);
  if (endpoint) settings.endpoint = endpoint.value();
  return settings;
}

Item row_key() { return {{"pk", text_value("client")}}; }

std::optional<ClientRow> row_of(const Item& item) {
  ClientRow row{.connection = text_of(item, "connection"),
                .session = text_of(item, "session"),
                .epoch = number_of(item, "epoch"),
                .since = from_millis(number_of(item, "since")),
                .who = text_of(item, "who")};
  if (row.connection.empty()) return std::nullopt;
  return row;
}

Relay::Relay(Executor executor, net::HttpClient& http, CredentialSource& credentials, const Clock& clock,
             RelayAddress address)
    : executor_(std::move(executor)),
      address_(std::move(address)),
      client_(http, credentials, clock, ids_, settings_of(address_)),
      api_(parse_websocket_url(address_.url)),
      table_(client_),
      objects_(client_, AwsCall::Tries::one) {}

Async<Posted> Relay::post(std::string connection, std::string text) {
  if (!api_) co_return Posted{Posted::Outcome::failed, api_.error().message};
  Connections connections(client_, api_.value());
  auto const sent = co_await connections.post_to_connection(std::move(connection), std::move(text), kShort);
  if (sent) co_return Posted{};
  auto const& why = sent.error();
  bool const answered = why.kind == Fault::Kind::refused;
  co_return Posted{answered ? outcome_of(why.status) : Posted::Outcome::unreachable, why.message};
}

Async<Result<std::optional<ClientRow>>> Relay::client() {
  LIVE_CO_TRY(auto item, co_await table_.get_item(address_.table, row_key(), kShort, AwsCall::Tries::one));
  if (!item) co_return std::optional<ClientRow>();
  co_return row_of(*item);
}

Async<void> Relay::hang_up(std::string connection) {
  if (!api_) co_return;
  Connections connections(client_, api_.value());
  auto const ended = co_await connections.delete_connection(std::move(connection), kShort);
  (void)ended;  // it is gone already, or we may not: then it ends when it has idled
}

Async<Result<void>> Relay::put(std::string key, std::string bytes) {
  // The object is sealed: its own tag proves it, a second digest of 6 MB would not add to that.
  auto const patience = payload_patience(bytes.size());
  return objects_.put(address_.bucket, std::move(key), std::move(bytes), patience, S3::Existing::replaced,
                      S3::Digest::none);
}

Async<Result<std::string>> Relay::get(std::string key, size_t size) {
  return objects_.get(address_.bucket, std::move(key), payload_patience(size));
}

Async<Result<void>> Relay::remove(std::string key) {
  return objects_.remove(address_.bucket, std::move(key), kShort);
}

Async<Result<bool>> Relay::has_connection(std::string connection) {
  if (!api_) co_return api_.error();
  Connections connections(client_, api_.value());
  co_return co_await connections.has_connection(std::move(connection), kShort);
}

Async<Result<net::WebSocket>> Relay::connect(std::chrono::milliseconds timeout) {
  if (!api_) co_return api_.error();
  co_return co_await open_websocket(executor_, client_, api_.value(), timeout);
}

}  // namespace live::aws
