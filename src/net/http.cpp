#include "net/http.h"

#include <charconv>

#include "base/encoding.h"

namespace live::net {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

struct Scheme {
  std::string_view prefix;
  bool tls;
};
constexpr Scheme schemes[] = {{"http://", false}, {"https://", true}, {"ws://", false}, {"wss://", true}};

std::optional<uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535)
    return std::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  for (auto field = fields_.begin(); field != fields_.end(); ++field) {
    if (!same_name(field->first, name)) continue;
    field->second = std::move(value);
    std::erase_if(fields_, [&, kept = &*field](const Field& other) {
      return &other > kept && same_name(other.first, name);
    });
    return;
  }
  add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return same_name(field.first, name); });
}

bool Headers::has(std::string_view name) const { return find(name).has_value(); }

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (same_name(key, name)) return value;
  return std::nullopt;
}

std::string Headers::get(std::string_view name, std::string_view otherwise) const {
  return std::string(find(name).value_or(otherwise));
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
  size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  auto decoded = [](std::string_view text) { return form_decode(text).value_or(std::string(text)); };
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    size_t equals = pair.find('=');
    std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    pairs.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
  }
  return pairs;
}

Result<Endpoint> parse_endpoint(std::string_view url) {
  auto wrong = [&] {
    return fault("not an endpoint: " + std::string(url) + "; it looks like http://127.0.0.1:4566");
  };
  for (const Scheme& scheme : schemes) {
    if (!url.starts_with(scheme.prefix)) continue;
    std::string_view rest = url.substr(scheme.prefix.size());
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (rest.find('@') != std::string_view::npos) return wrong();
    Endpoint endpoint{.tls = scheme.tls, .host = {}, .port = static_cast<uint16_t>(scheme.tls ? 443 : 80)};
    size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
    if (bracket == std::string_view::npos) return wrong();
    if (size_t colon = rest.find(':', bracket); colon != std::string_view::npos) {
      auto port = parse_port(rest.substr(colon + 1));
      if (!port) return wrong();
      endpoint.port = *port;
      rest = rest.substr(0, colon);
    }
    endpoint.host = bracket > 0 ? rest.substr(1, bracket - 1) : rest;
    if (endpoint.host.empty()) return wrong();
    return endpoint;
  }
  return wrong();
}

std::string host_header(const Endpoint& endpoint) {
  const bool usual = endpoint.port == (endpoint.tls ? 443 : 80);
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) +
         (usual ? "" : ":" + std::to_string(endpoint.port));
}

std::string to_string(const Endpoint& endpoint) {
  return (endpoint.tls ? "https://" : "http://") + host_header(endpoint);
}

}  // namespace live::net
