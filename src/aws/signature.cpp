#include "aws/signature.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"

namespace live::aws {

namespace {

using net::Headers;
using net::Request;

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view content_hash = "X-Amz-Content-SHA256";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

// Without spaces around, and with single ones inside.
std::string trimmed(std::string_view value) {
  std::string out;
  for (char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out.push_back(space ? ' ' : c);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Proxies and clients change these on the way.
bool is_signed(std::string_view name) {
  for (std::string_view left_out :
       {"authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"})
    if (name == left_out) return false;
  return true;
}

struct CanonicalHeaders {
  std::string lines;  // "host:example.com\n…"
  std::string names;  // "host;x-amz-date"
};

CanonicalHeaders canonical_headers(const Headers& headers) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : headers) {
    std::string key = lower(name);
    if (!is_signed(key)) continue;
    auto [at, is_new] = sorted.emplace(std::move(key), trimmed(value));
    if (!is_new) at->second += "," + trimmed(value);
  }
  CanonicalHeaders canonical;
  for (const auto& [name, value] : sorted) {
    canonical.lines += name + ":" + value + "\n";
    canonical.names += (canonical.names.empty() ? "" : ";") + name;
  }
  return canonical;
}

std::string scope_text(const SigningScope& scope, const std::string& day) {
  return day + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string join_lines(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (std::string_view line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

// "/a/./b/../c//d/" becomes "/a/c/d/".
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view rest = path;
  while (!rest.empty()) {
    std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!part.empty() && part != "." && part != "..") kept.push_back(part);
  }
  std::string out;
  for (std::string_view part : kept) out.append("/").append(part);
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

}  // namespace

std::string canonical_path(std::string_view path, std::string_view service) {
  if (service != "s3") return uri_encode(without_dots(path), "/");
  std::string out;
  while (!path.empty()) {  // part by part: an encoded slash stays one
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    auto decoded = uri_decode(part);
    out += decoded ? uri_encode(*decoded) : std::string(part);
    if (path.empty()) break;
    out += '/';
    path.remove_prefix(1);
  }
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  auto encoded = [](std::string_view text) {
    auto decoded = uri_decode(text);
    return uri_encode(decoded ? *decoded : std::string(text));
  };
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value = equals == pair.npos ? std::string_view() : pair.substr(equals + 1);
    pairs.emplace_back(encoded(pair.substr(0, equals)), encoded(value));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

const std::string& Signer::key(const Credentials& credentials, const SigningScope& scope,
                               const std::string& day) {
  std::string from = join_lines({credentials.secret_key, day, scope.region, scope.service});
  if (from != derived_from_) {
    key_ = "AWS4" + credentials.secret_key;
    for (std::string_view part : {std::string_view(day), std::string_view(scope.region),
                                  std::string_view(scope.service), std::string_view("aws4_request")})
      key_ = hmac_sha256(key_, part);
    derived_from_ = std::move(from);
  }
  return key_;
}

void Signer::sign(Request& request, const Credentials& credentials, const SigningScope& scope) {
  const std::string date = basic_iso8601(scope.at), day = date.substr(0, 8);
  request.headers.remove("Authorization");
  request.headers.set("X-Amz-Date", date);
  if (!credentials.session_token.empty())
    request.headers.set("X-Amz-Security-Token", credentials.session_token);
  if (scope.service == "s3" && !request.headers.has(content_hash))
    request.headers.set(std::string(content_hash), hex(sha256(request.body)));
  const std::string body_hash =
      request.headers.has(content_hash) ? request.headers.get(content_hash) : hex(sha256(request.body));

  const CanonicalHeaders headers = canonical_headers(request.headers);
  const std::string canonical =
      join_lines({request.method, canonical_path(net::path_of(request.target), scope.service),
                  canonical_query(net::query_of(request.target)), headers.lines, headers.names, body_hash});
  const std::string where = scope_text(scope, day);
  const std::string to_sign = join_lines({algorithm, date, where, hex(sha256(canonical))});
  const std::string signature = hex(hmac_sha256(key(credentials, scope, day), to_sign));
  request.headers.add("Authorization", std::string(algorithm) + " Credential=" + credentials.access_key +
                                           "/" + where + ", SignedHeaders=" + headers.names +
                                           ", Signature=" + signature);
}

std::string Signer::presign(const Request& request, const Credentials& credentials, const SigningScope& scope,
                            std::chrono::seconds valid) {
  const std::string date = basic_iso8601(scope.at), day = date.substr(0, 8), where = scope_text(scope, day);
  std::string query(net::query_of(request.target));
  auto add = [&](std::string_view name, std::string_view value) {
    query += (query.empty() ? "" : "&") + std::string(name) + "=" + uri_encode(value);
  };
  add("X-Amz-Algorithm", algorithm);
  add("X-Amz-Credential", credentials.access_key + "/" + where);
  add("X-Amz-Date", date);
  add("X-Amz-Expires", std::to_string(valid.count()));
  if (!credentials.session_token.empty()) add("X-Amz-Security-Token", credentials.session_token);
  add("X-Amz-SignedHeaders", "host");
  query = canonical_query(query);

  const std::string body_hash = scope.service == "s3" ? "UNSIGNED-PAYLOAD" : hex(sha256(""));
  const std::string host = "host:" + trimmed(request.headers.get("Host")) + "\n";
  const std::string_view path = net::path_of(request.target);
  const std::string canonical =
      join_lines({request.method, canonical_path(path, scope.service), query, host, "host", body_hash});
  const std::string to_sign = join_lines({algorithm, date, where, hex(sha256(canonical))});
  const std::string signature = hex(hmac_sha256(key(credentials, scope, day), to_sign));
  return std::string(path) + "?" + query + "&X-Amz-Signature=" + signature;
}

}  // namespace live::aws
