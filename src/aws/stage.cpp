#include "aws/stage.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace live::aws {
namespace {

constexpr auto kTimeout = 10'000ms;
constexpr auto kRowLife = std::chrono::hours(24 * 7);  // a row that nobody removed goes by itself
constexpr size_t kKeySize = 32;
constexpr const char* kKeyObject = "keys/stage";

json::object expiry(TimePoint now) { return number_value(to_millis(now + kRowLife) / 1000); }

}  // namespace

Stage::Stage(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, RelayAddress address)
    : clock_(clock),
      address_(std::move(address)),
      client_(http, credentials, clock, ids_, settings_of(address_)),
      table_(client_),
      objects_(client_) {}

Async<Result<Registry::Taken>> Stage::take(std::string connection, std::string session, std::string who) {
  auto const now = clock_.now();
  Change change{.table = address_.table, .key = row_key(), .update = {}};
  change.timeout = kTimeout;
  change.update =
      "SET #connection = :connection, #session = :session, #since = :since, #who = :who, #expires = :expires "
      "ADD #epoch :one";
  change.names = {{"#connection", "connection"}, {"#session", "session"},
                  {"#since", "since"},           {"#who", "who"},
                  {"#expires", "expires"},       {"#epoch", "epoch"}};
  change.values = {{":connection", text_value(connection)},
                   {":session", text_value(session)},
                   {":since", number_value(to_millis(now))},
                   {":who", text_value(who)},
                   {":expires", expiry(now)},
                   {":one", number_value(1)}};
  LIVE_CO_TRY(auto changed, co_await table_.update_item(std::move(change)));
  Taken taken{.epoch = 1, .previous = {}};
  if (!changed.old) co_return taken;
  taken.previous = row_of(*changed.old);
  taken.epoch = number_of(*changed.old, "epoch") + 1;
  co_return taken;
}

Change Stage::change_if_ours(const std::string& session, int64_t epoch) const {
  Change change{.table = address_.table, .key = row_key(), .update = {}};
  change.timeout = kTimeout;
  change.condition = "#session = :session AND #epoch = :epoch";
  change.names = {{"#session", "session"}, {"#epoch", "epoch"}};
  change.values = {{":session", text_value(session)}, {":epoch", number_value(epoch)}};
  return change;
}

Async<Result<bool>> Stage::move(std::string connection, std::string session, int64_t epoch) {
  Change change = change_if_ours(session, epoch);
  change.update = "SET #connection = :connection, #expires = :expires";
  change.names["#connection"] = "connection";
  change.names["#expires"] = "expires";
  change.values[":connection"] = text_value(connection);
  change.values[":expires"] = expiry(clock_.now());
  // The same change made twice gives the same row: it may be tried again.
  LIVE_CO_TRY(auto changed, co_await table_.update_item(std::move(change), AwsCall::Tries::until_deadline));
  co_return changed.condition_held;
}

Async<Result<void>> Stage::leave(std::string session, int64_t epoch) {
  Change change = change_if_ours(session, epoch);
  // The epoch stays: whoever comes next counts on from it.
  change.update = "REMOVE #connection, #session, #who, #since";
  change.names["#connection"] = "connection";
  change.names["#who"] = "who";
  change.names["#since"] = "since";
  LIVE_CO_TRY(co_await table_.update_item(std::move(change), AwsCall::Tries::until_deadline));
  co_return outcome::success();
}

Async<Result<std::string>> Stage::stage_key(Ids& ids) {
  auto stored = co_await stage_key_there();
  if (stored.has_value() || stored.error().kind != Fault::Kind::not_found) co_return stored;
  auto const put = co_await objects_.put(address_.bucket, kKeyObject, base64(ids.bytes(kKeySize)), kTimeout,
                                         S3::Existing::refused);
  // 412, 409: another client was first; its key counts.
  if (!put && put.error().status != 412 && put.error().status != 409)
    co_return within("the stage key could not be written", put.error());
  co_return co_await stage_key_there();
}

Async<Result<std::string>> Stage::stage_key_there() {
  auto const stored = co_await objects_.get(address_.bucket, kKeyObject, kTimeout);
  if (!stored) {
    Fault why = within("the stage key could not be read", stored.error());
    if (why.status == 403)
      why.message += fmt::format("; your credentials need s3:GetObject and s3:PutObject on {}", kKeyObject);
    co_return why;
  }
  auto const key = from_base64(stored.value());
  if (!key || key->size() != kKeySize)
    co_return fault(fmt::format("bucket {}: {} does not hold a stage key; remove it and start again",
                                address_.bucket, kKeyObject));
  co_return *key;
}

Async<Result<void>> Stage::delete_log_group(std::string name) {
  AwsCall call;
  call.doing = "deleting log group " + name;
  call.service = "logs";
  call.host = service_host("logs", client_.settings().region);
  call.request.method = "POST";
  call.request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                          {"X-Amz-Target", "Logs_20140328.DeleteLogGroup"}};
  call.request.body = json::serialize(json::object{{"logGroupName", name}});
  const std::string doing = call.doing;
  LIVE_CO_TRY(auto answer, co_await client_.ask(std::move(call)));
  if (!answer.ok() && answer.error_code != "ResourceNotFoundException") co_return refusal(doing, answer);
  co_return outcome::success();
}

}  // namespace live::aws
