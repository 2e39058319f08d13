#include "cloud/keys.h"

namespace live::cloud {

namespace {

constexpr std::string_view kind = "keys.key";
constexpr std::string_view configured_kind = "keys.configured";

}  // namespace

void Keys::put(const Key& key) {
  json::object document{{"secret", key.secret},
                        {"account", key.caller.account},
                        {"arn", key.caller.arn},
                        {"user_id", key.caller.user_id}};
  if (!key.caller.session_policies.empty()) document["session_policies"] = key.caller.session_policies;
  if (!key.token.empty()) document["token"] = key.token;
  if (key.expires) document["expires"] = to_millis(*key.expires);
  store_.put(kind, "", key.id, document);
}

std::optional<Key> Keys::find(std::string_view id) {
  auto document = store_.get(kind, "", id);
  if (!document) return std::nullopt;
  Key key{.id = std::string(id),
          .secret = string_or(*document, "secret"),
          .token = string_or(*document, "token")};
  if (auto expires = find_int(*document, "expires")) key.expires = from_millis(*expires);
  key.caller = Caller{.account = string_or(*document, "account"),
                      .arn = string_or(*document, "arn"),
                      .user_id = string_or(*document, "user_id"),
                      .access_key = std::string(id),
                      .service = {},
                      .session_policies = string_or(*document, "session_policies")};
  return key;
}

bool Keys::erase(std::string_view id) { return store_.erase(kind, "", id); }

void Keys::put_configured(std::string id, std::string secret, std::string_view account) {
  for (auto& [earlier, document] : store_.list(configured_kind, "")) {
    erase(earlier);
    store_.erase(configured_kind, "", earlier);
  }
  store_.put(configured_kind, "", id, {});
  Caller root{.account = std::string(account),
              .arn = fmt::format("arn:aws:iam::{}:root", account),
              .user_id = std::string(account)};
  put(Key{.id = std::move(id), .secret = std::move(secret), .caller = std::move(root)});
}

void Keys::erase_expired(TimePoint now) {
  for (auto& [id, document] : store_.list(kind, "")) {
    auto expires = find_int(document, "expires");
    if (expires && from_millis(*expires) < now) erase(id);
  }
}

}  // namespace live::cloud
