// What comes before anyone is known: a request's target, its signature, a form of the query protocol. The
// first letter chooses: anything as it came (a), with a good signature in headers (h) or in the query (q),
// the same and one byte changed afterwards (H, Q), or a form (f). Then the target, a line; two headers, a
// line each; the body.
#include <cstddef>
#include <cstdint>
#include <map>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "cloud/query.h"
#include "cloud/signature.h"

namespace {

using namespace live;
using namespace live::cloud;

constexpr const char* kDate = "20231114T221320Z";
constexpr const char* kDay = "20231114";
constexpr const char* kSecret = "se/cret+";

void must(bool holds) {
  if (!holds) __builtin_trap();
}

struct Account {
  TempDir folder = std::move(TempDir::create("signature-fuzz").value());
  std::unique_ptr<Store> store = std::move(Store::open(folder.path()).value());
  Keys keys{*store};
  TimePoint now{std::chrono::seconds(1'700'000'000)};  // kDate
  Account() {
    Caller const caller{.account = "1", .arn = "me", .user_id = "U"};
    keys.put({.id = "AKID", .secret = kSecret, .caller = caller});
    keys.put({.id = "ASIA", .secret = kSecret, .token = "to/ken", .expires = now + 1h, .caller = caller});
    keys.put({.id = "OLD", .secret = kSecret, .token = "to/ken", .expires = now - 1h, .caller = caller});
  }
};

std::string line_of(std::string_view& text) {
  auto const end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool verifies(Account& account, const net::Request& request) {
  auto const claim = read_claim(request);
  auto rejected = std::get_if<Rejected>(&claim) ? std::optional(std::get<Rejected>(claim)) : std::nullopt;
  if (auto const* one = std::get_if<Claim>(&claim)) {
    auto const found = verify_signature(request, *one, one->service, account.keys, account.now);
    auto const* verified = std::get_if<Verified>(&found);
    if (verified && verified->chunks) {
      auto const& seed = *verified->chunks;
      must(chunk_signature(seed, seed.signature, request.body) !=
           trailer_signature(seed, seed.signature, request.body));
    }
    if (verified) return true;
    rejected = std::get<Rejected>(found);
  }
  if (!rejected) return false;
  constexpr Protocol kProtocols[] = {Protocol::json, Protocol::query, Protocol::rest_json, Protocol::s3,
                                     Protocol::execute_api};
  auto const error = to_api_error(*rejected, kProtocols[request.target.size() % 5]);
  must(error.status >= 400 && error.status < 500 && !error.code.empty());
  return false;
}

// Derived once a service: a fuzzer's time is better spent elsewhere.
const std::string& key_of(std::string_view service) {
  static std::map<std::string, std::string, std::less<>> keys;
  if (auto const known = keys.find(service); known != keys.end()) return known->second;
  auto key = std::string("AWS4") + kSecret;
  for (std::string_view part :
       {std::string_view(kDay), std::string_view("eu-west-1"), service, std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  return keys[std::string(service)] = key;
}

std::string signature_of(const net::Request& request, std::string_view service,
                         std::string_view signed_headers, std::string_view hash) {
  auto const canonical = canonical_request(request, service, signed_headers, hash);
  return hex(
      hmac_sha256(key_of(service), fmt::format("AWS4-HMAC-SHA256\n{}\n{}/eu-west-1/{}/aws4_request\n{}",
                                               kDate, kDay, service, hex(sha256(canonical)))));
}

std::string_view pick_service(const net::Request& request) {
  constexpr std::string_view kServices[] = {"s3", "dynamodb", "execute-api"};
  return kServices[request.target.size() % 3];
}

void sign_headers(net::Request& request) {
  auto const service = pick_service(request);
  std::string_view const streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  auto const hash = service != "s3" || request.body.size() % 3 == 0 ? hex(sha256(request.body))
                    : request.body.size() % 3 == 1                  ? std::string("UNSIGNED-PAYLOAD")
                                                                    : std::string(streaming);
  request.headers.set("X-Amz-Date", kDate);
  if (service == "s3") request.headers.set("X-Amz-Content-Sha256", hash);
  constexpr std::string_view kSigned = "host;x-a;x-amz-date";
  request.headers.set(
      "Authorization",
      fmt::format(
          "AWS4-HMAC-SHA256 Credential=AKID/{}/eu-west-1/{}/aws4_request, SignedHeaders={}, Signature={}",
          kDay, service, kSigned, signature_of(request, service, kSigned, hash)));
}

void sign_query(net::Request& request) {
  auto const service = pick_service(request);
  request.target += request.target.find('?') == std::string::npos ? '?' : '&';
  request.target += fmt::format(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F{}%2Feu-west-1%2F{}%2Faws4_request&X-Amz-"
      "Date={}"
      "&X-Amz-Expires=60&X-Amz-SignedHeaders=host",
      kDay, service, kDate);
  auto const hash = service == "s3" ? std::string("UNSIGNED-PAYLOAD") : hex(sha256(request.body));
  request.target += "&X-Amz-Signature=" + signature_of(request, service, "host", hash);
}

// A byte of what was signed: refused, unless the canonical request is the same (another spelling of a
// letter).
void change(Account& account, net::Request request, size_t at) {
  auto const before = request.target;
  auto& byte = request.target[at % request.target.size()];
  byte = char(byte ^ 1);
  auto const path = [](const std::string& target) {
    return canonical_request({.target = target}, "s3", "", "");
  };
  auto const other = [](const std::string& target) {
    return canonical_request({.target = target}, "x", "", "");
  };
  if (verifies(account, request))
    must(path(before) == path(request.target) || other(before) == other(request.target));
}

// The query's own parameters of the signature decide what is verified: input that brings some is left out.
bool has_parts_of_a_signature(const net::Request& request) {
  return request.target.find("X-Amz-") != std::string::npos ||
         request.target.find("x-amz-") != std::string::npos || request.target.find("%") != std::string::npos;
}

void read_form(std::string_view text) {
  auto const query = net::parse_query(text);
  auto const form = decode_form(query);
  if (!form) return;
  (void)render_query("Do", "urn:x", Output{form.value(), {}}, "id");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Account account;
  if (size == 0) return 0;
  char const kind = char(data[0]);
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (kind == 'f') {
    read_form(text);
    return 0;
  }
  net::Request request;
  request.target = "/" + line_of(text);
  if (kind != 'h' && kind != 'q' && kind != 'H' && kind != 'Q') {
    request.headers.add("Host", "h");
    request.headers.add("Authorization", line_of(text));
    request.headers.add("X-Amz-Date", line_of(text));
    request.headers.add("X-Amz-Security-Token", line_of(text));
    request.body = text;
    must(!verifies(account, request));  // nobody guesses a signature
    return 0;
  }
  if (has_parts_of_a_signature(request)) return 0;
  request.headers.add("Host", line_of(text));
  request.headers.add("X-A", line_of(text));
  request.body = text;
  auto const at = request.body.size() + size;
  if (kind == 'h' || kind == 'H') {
    sign_headers(request);
  } else {
    sign_query(request);
  }
  must(verifies(account, request));
  if (kind == 'H' || kind == 'Q') change(account, request, at);
  return 0;
}
