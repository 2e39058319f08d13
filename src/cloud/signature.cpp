#include "cloud/signature.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"

namespace live::cloud {

namespace {

using namespace std::string_view_literals;

constexpr auto algorithm = "AWS4-HMAC-SHA256"sv;
constexpr auto empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"sv;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (size_t start = 0;;) {
    size_t end = text.find(at, start);
    parts.push_back(text.substr(start, end == text.npos ? end : end - start));
    if (end == text.npos) return parts;
    start = end + 1;
  }
}

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string collapsed(std::string_view text) {
  std::string result;
  for (char c : trim(text)) {
    if (c != ' ' || result.empty() || result.back() != ' ') result += c;
  }
  return result;
}

std::string canonical_header(const net::Headers& headers, std::string_view name) {
  std::string value;
  for (bool first = true; auto& field : headers) {
    if (!net::same_name(field.first, name)) continue;
    if (!first) value += ',';
    value += collapsed(field.second);
    first = false;
  }
  return value;
}

// What came percent-encoded in any spelling, in SigV4's own spelling.
std::string respelled(std::string_view text) {
  auto decoded = uri_decode(text);
  return uri_encode(decoded ? std::string_view(*decoded) : text);
}

std::string s3_path(std::string_view path) {
  std::string result;
  for (bool first = true; auto segment : split(path, '/')) {
    if (!first) result += '/';
    result += respelled(segment);
    first = false;
  }
  return result.empty() ? "/" : result;
}

std::string normalised_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (auto segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(segment);
    }
  }
  std::string result;
  for (auto segment : kept) result.append("/").append(segment);
  if (result.empty() || path.ends_with('/')) result += '/';
  return uri_encode(result, "/");
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!query.empty()) {
    for (auto part : split(query, '&')) {
      if (part.empty()) continue;
      auto equals = part.find('=');
      auto value = equals == part.npos ? std::string_view() : part.substr(equals + 1);
      auto name = respelled(part.substr(0, equals));
      if (name != "X-Amz-Signature") pairs.emplace_back(std::move(name), respelled(value));
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::string result;
  for (auto& [name, value] : pairs) {
    if (!result.empty()) result += '&';
    result.append(name).append("=").append(value);
  }
  return result;
}

std::optional<TimePoint> parse_amz_date(std::string_view text) {  // 20261123T072000Z
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  auto number = [text](size_t at, size_t count) {
    int value = -1;
    auto end = text.data() + at + count;
    return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
  };
  std::tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(4, 2) - 1;
  parts.tm_mday = number(6, 2);
  parts.tm_hour = number(9, 2);
  parts.tm_min = number(11, 2);
  parts.tm_sec = number(13, 2);
  if (parts.tm_year < 70 || parts.tm_mon < 0 || parts.tm_mday < 1 || parts.tm_hour < 0 || parts.tm_min < 0 ||
      parts.tm_sec < 0) {
    return std::nullopt;
  }
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string signing_key(std::string_view secret, const Claim& claim) {
  auto key = hmac_sha256("AWS4" + std::string(secret), claim.date);
  key = hmac_sha256(key, claim.region);
  key = hmac_sha256(key, claim.service);
  return hmac_sha256(key, "aws4_request");
}

// The parts of a signature, from the Authorization header or from the query.
struct Parts {
  std::string credential, signed_headers, signature, date, token;
  std::optional<std::string> expires;
};

Parts header_parts(const net::Request& request) {
  Parts parts;
  auto value = request.headers.get("Authorization");
  for (auto part : split(std::string_view(value).substr(algorithm.size()), ',')) {
    part = trim(part);
    auto equals = part.find('=');
    if (equals == part.npos) continue;
    auto name = part.substr(0, equals);
    auto text = std::string(part.substr(equals + 1));
    if (name == "Credential")
      parts.credential = std::move(text);
    else if (name == "SignedHeaders")
      parts.signed_headers = std::move(text);
    else if (name == "Signature")
      parts.signature = std::move(text);
  }
  parts.date = request.headers.get("X-Amz-Date");
  parts.token = request.headers.get("X-Amz-Security-Token");
  return parts;
}

Parts query_parts(const net::Request& request) {
  Parts parts;
  for (auto part : split(net::query_of(request.target), '&')) {
    auto equals = part.find('=');
    if (equals == part.npos) continue;
    auto name = part.substr(0, equals);
    auto value = uri_decode(part.substr(equals + 1)).value_or("");
    if (name == "X-Amz-Credential")
      parts.credential = std::move(value);
    else if (name == "X-Amz-SignedHeaders")
      parts.signed_headers = std::move(value);
    else if (name == "X-Amz-Signature")
      parts.signature = std::move(value);
    else if (name == "X-Amz-Date")
      parts.date = std::move(value);
    else if (name == "X-Amz-Security-Token")
      parts.token = std::move(value);
    else if (name == "X-Amz-Expires")
      parts.expires = std::move(value);
  }
  return parts;
}

bool is_region(std::string_view text) {
  auto parts = split(text, '-');
  return parts.size() >= 3 && parts.back().find_first_not_of("0123456789") == std::string_view::npos &&
         std::none_of(parts.begin(), parts.end(), [](auto part) { return part.empty(); });
}

bool signs_header(std::string_view signed_headers, std::string_view name) {
  for (auto each : split(signed_headers, ';')) {
    if (each == name) return true;
  }
  return false;
}

std::optional<Rejected> check_parts(const Parts& parts, bool presigned) {
  std::string lacking;
  auto need = [&lacking](bool there, std::string_view name) {
    if (!there)
      lacking += fmt::format("{}Authorization {} requires '{}' parameter.", lacking.empty() ? "" : " ",
                             "header", name);
  };
  need(!parts.credential.empty(), "Credential");
  need(!parts.signature.empty(), "Signature");
  need(!parts.signed_headers.empty(), "SignedHeaders");
  if (presigned && lacking.empty() && parts.date.empty())
    lacking = "Missing required parameter for this request: 'X-Amz-Date'";
  if (!presigned && parts.date.empty() && lacking.empty()) {
    lacking = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
  }
  if (lacking.empty() && !signs_header(parts.signed_headers, "host")) {
    lacking = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  }
  if (lacking.empty()) return std::nullopt;
  return Rejected{Refusal::incomplete, std::move(lacking)};
}

std::optional<Rejected> check_scope(const Claim& claim, std::string_view service, std::string_view amz_date) {
  if (claim.service != service) {
    return Rejected{Refusal::wrong_scope,
                    fmt::format("Credential should be scoped to correct service: '{}'. ", service)};
  }
  if (!is_region(claim.region)) {
    return Rejected{Refusal::wrong_scope,
                    fmt::format("Credential should be scoped to a valid region, not '{}'. ", claim.region)};
  }
  if (!amz_date.starts_with(claim.date)) {
    return Rejected{
        Refusal::wrong_scope,
        fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                    "from HTTP: '{}' != '{}', from '{}'.",
                    claim.date, amz_date.substr(0, 8), amz_date)};
  }
  return std::nullopt;
}

std::optional<Rejected> check_time(const Parts& parts, const Claim& claim, TimePoint now) {
  auto signed_at = parse_amz_date(parts.date);
  if (!signed_at) {
    return Rejected{
        Refusal::incomplete,
        fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/"
                    "wiki/ISO_8601",
                    parts.date)};
  }
  // S3 allows 15 minutes where every other service allows 5.
  auto window = claim.service == "s3" ? 15min : 5min;
  auto minutes = claim.service == "s3" ? 15 : 5;
  auto at = basic_iso8601(now);
  if (*signed_at > now + window) {
    return Rejected{Refusal::skewed,
                    fmt::format("Signature not yet current: {} is still later than {} ({} + {} min.)",
                                parts.date, basic_iso8601(now + window), at, minutes)};
  }
  if (!claim.presigned || !parts.expires) {
    if (*signed_at >= now - window) return std::nullopt;
    return Rejected{claim.presigned ? Refusal::expired : Refusal::skewed,
                    fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.)", parts.date,
                                basic_iso8601(now - window), at, minutes)};
  }
  int64_t seconds = -1;
  auto [end, error] =
      std::from_chars(parts.expires->data(), parts.expires->data() + parts.expires->size(), seconds);
  if (error != std::errc() || end != parts.expires->data() + parts.expires->size() || seconds < 0 ||
      seconds > 604'800) {
    return Rejected{Refusal::incomplete,
                    "X-Amz-Expires must be a number between 0 and 604800 (a week) seconds"};
  }
  if (now <= *signed_at + std::chrono::seconds(seconds)) return std::nullopt;
  return Rejected{Refusal::expired, "Request has expired"};
}

std::optional<Rejected> check_token(const Key& key, std::string_view token, TimePoint now) {
  if (key.token.empty() && token.empty()) return std::nullopt;
  if (!equal_in_constant_time(key.token, token)) return Rejected{Refusal::bad_token, ""};
  if (key.expires && *key.expires <= now) return Rejected{Refusal::expired_token, ""};
  return std::nullopt;
}

// The canonical request's last line, and whether S3 is to compare it with the body.
std::string body_hash(const net::Request& request, const Claim& claim) {
  if (claim.service != "s3" && claim.service != "s3express") {
    return request.body.empty() ? std::string(empty_hash) : hex(sha256(request.body));
  }
  auto header = request.headers.get("X-Amz-Content-Sha256");
  if (!header.empty()) return header;
  if (!claim.presigned) return {};
  for (auto& [name, value] : net::parse_query(net::query_of(request.target))) {
    if (net::same_name(name, "X-Amz-Content-Sha256")) return value;
  }
  return "UNSIGNED-PAYLOAD";
}

bool names_a_digest(std::string_view hash) {
  return hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == hash.npos;
}

std::string sign(std::string_view key, std::string_view amz_date, std::string_view scope,
                 std::string_view canonical) {
  auto text = fmt::format("{}\n{}\n{}\n{}", algorithm, amz_date, scope, hex(sha256(canonical)));
  return hex(hmac_sha256(key, text));
}

}  // namespace

std::string canonical_request(const net::Request& request, std::string_view service,
                              std::string_view signed_headers, std::string_view hash) {
  auto path = net::path_of(request.target);
  std::string headers;
  for (auto name : split(signed_headers, ';')) {
    headers.append(name).append(":").append(canonical_header(request.headers, name)).append("\n");
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method,
                     service == "s3" ? s3_path(path) : normalised_path(path),
                     canonical_query(net::query_of(request.target)), headers, signed_headers, hash);
}

std::variant<std::monostate, Claim, Rejected> read_claim(const net::Request& request) {
  auto authorization = request.headers.find("Authorization");
  bool by_header = authorization && authorization->starts_with(algorithm);
  bool by_query =
      !by_header && net::query_of(request.target).find("X-Amz-Signature=") != std::string_view::npos;
  if (!by_header && !by_query) return std::monostate();
  auto parts = by_header ? header_parts(request) : query_parts(request);
  if (auto rejected = check_parts(parts, by_query)) return *rejected;
  auto scope = split(parts.credential, '/');
  if (scope.size() != 5 || scope[4] != "aws4_request") {
    return Rejected{Refusal::incomplete,
                    fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                                "keyid/date/region/service/term, got '{}'",
                                parts.credential)};
  }
  return Claim{.presigned = by_query,
               .access_key = std::string(scope[0]),
               .date = std::string(scope[1]),
               .region = std::string(scope[2]),
               .service = std::string(scope[3])};
}

std::variant<Verified, Rejected> verify_signature(const net::Request& request, const Claim& claim,
                                                  std::string_view service, Keys& keys, TimePoint now) {
  auto parts = claim.presigned ? query_parts(request) : header_parts(request);
  if (auto rejected = check_scope(claim, service, parts.date)) return *rejected;
  auto key = keys.find(claim.access_key);
  if (!key) return Rejected{Refusal::unknown_key, ""};
  if (auto rejected = check_token(*key, parts.token, now)) return *rejected;
  if (auto rejected = check_time(parts, claim, now)) return *rejected;
  auto hash = body_hash(request, claim);
  if (hash.empty()) {
    return Rejected{Refusal::incomplete, "Missing required header for this request: x-amz-content-sha256"};
  }
  auto canonical = canonical_request(request, claim.service, parts.signed_headers, hash);
  auto derived = signing_key(key->secret, claim);
  auto expected = sign(derived, parts.date, claim.scope(), canonical);
  if (!equal_in_constant_time(expected, parts.signature)) return Rejected{Refusal::mismatch, ""};
  if (claim.service == "s3" && names_a_digest(hash) && hex(sha256(request.body)) != hash) {
    return Rejected{Refusal::wrong_body, ""};
  }
  Verified verified{.caller = std::move(key->caller), .chunks = std::nullopt};
  if (std::string_view(hash).starts_with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")) {
    verified.chunks = ChunkSeed{std::move(derived), parts.date, claim.scope(), std::move(expected)};
  }
  return verified;
}

std::string chunk_signature(const ChunkSeed& seed, std::string_view previous, std::string_view chunk) {
  auto text = fmt::format("AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{}\n{}", seed.amz_date, seed.scope, previous,
                          empty_hash, hex(sha256(chunk)));
  return hex(hmac_sha256(seed.signing_key, text));
}

std::string trailer_signature(const ChunkSeed& seed, std::string_view previous, std::string_view trailer) {
  auto text = fmt::format("AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{}", seed.amz_date, seed.scope, previous,
                          hex(sha256(trailer)));
  return hex(hmac_sha256(seed.signing_key, text));
}

}  // namespace live::cloud
