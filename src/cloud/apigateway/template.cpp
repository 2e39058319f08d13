#include "cloud/apigateway/template.h"

#include <charconv>

#include <fmt/format.h>

namespace live::cloud::apigateway {
namespace {

ApiError refused(std::string_view what) {
  return api_error(400, "BadRequestException",
                   fmt::format("Mapping template: {} is not supported by the embedded AWS yet", what));
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

std::string_view take_words(std::string_view& rest) {  // "context.identity.sourceIp"
  size_t end = 0;
  while (end < rest.size() &&
         (is_word(rest[end]) || (rest[end] == '.' && end + 1 < rest.size() && is_word(rest[end + 1]))))
    ++end;
  const auto words = rest.substr(0, end);
  rest.remove_prefix(end);
  return words;
}

bool cut(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

std::optional<std::string> take_path_argument(std::string_view& rest) {  // ('$.a.b')
  if (!cut(rest, "(")) return std::nullopt;
  if (rest.empty() || (rest[0] != '\'' && rest[0] != '"')) return std::nullopt;
  const char quote = rest[0];
  const auto end = rest.find(quote, 1);
  if (end == rest.npos || end + 1 >= rest.size() || rest[end + 1] != ')') return std::nullopt;
  auto path = rest.substr(1, end - 1);
  rest.remove_prefix(end + 2);
  if (!cut(path, "$")) return std::nullopt;
  cut(path, ".");
  return std::string(path);
}

std::string as_text(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return json::serialize(value);
}

std::string escape_javascript(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '\'':
        out += "\\'";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '/':
        out += "\\/";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  return out;
}

}  // namespace

const json::value* walk(const json::value& value, std::string_view path) {
  const auto* at = &value;
  while (!path.empty() && at) {
    if (path[0] == '.') path.remove_prefix(1);
    if (path.starts_with('[')) {
      const auto end = path.find(']');
      size_t index = 0;
      const auto* array = at->if_array();
      if (end == path.npos || !array ||
          std::from_chars(path.data() + 1, path.data() + end, index).ptr != path.data() + end)
        return nullptr;
      at = array->if_contains(index);
      path.remove_prefix(end + 1);
      continue;
    }
    const auto end = std::min(path.find_first_of(".["), path.size());
    const auto* object = at->if_object();
    at = object ? object->if_contains(path.substr(0, end)) : nullptr;
    path.remove_prefix(end);
  }
  return at;
}

ApiResult<Template::Part> Template::reference(std::string_view& rest) {
  const auto start = rest;
  const auto words = take_words(rest);
  const auto dot = words.find('.');
  const auto root = words.substr(0, dot);
  const auto below = dot == words.npos ? std::string_view() : words.substr(dot + 1);
  if (root == "context" && !below.empty() && !rest.starts_with('('))
    return Part{Part::Kind::context, std::string(below)};
  if (root == "stageVariables" && !below.empty() && !rest.starts_with('('))
    return Part{Part::Kind::stage_variable, std::string(below)};
  if (words == "input.body") return Part{Part::Kind::body};
  if (words == "input.json" || words == "input.path")
    if (auto path = take_path_argument(rest))
      return Part{words == "input.json" ? Part::Kind::json : Part::Kind::path, std::move(*path)};
  if (words == "util.escapeJavaScript" && cut(rest, "($")) {
    LIVE_API_TRY(auto inner, reference(rest));
    if (cut(rest, ")")) {
      inner.escaped = true;
      return inner;
    }
  }
  return refused("$" + std::string(start.substr(0, std::max<size_t>(words.size(), 1))));
}

ApiResult<Template> Template::parse(std::string_view text) {
  Template made;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) made.parts_.push_back({Part::Kind::text, std::exchange(literal, {})});
  };
  for (auto rest = text; !rest.empty();) {
    const bool directive =
        rest[0] == '#' && rest.size() > 1 &&
        (std::isalpha(static_cast<unsigned char>(rest[1])) || rest[1] == '#' || rest[1] == '*');
    if (directive) {
      rest.remove_prefix(1);
      return refused("#" + std::string(take_words(rest)));
    }
    const bool braced = rest.starts_with("${");
    const size_t skip = braced ? 2 : 1;
    const bool refers =
        rest[0] == '$' && rest.size() > skip && std::isalpha(static_cast<unsigned char>(rest[skip]));
    if (!refers) {
      literal += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    rest.remove_prefix(skip);
    LIVE_API_TRY(auto part, reference(rest));
    if (braced && !cut(rest, "}")) return refused("an unclosed ${…}");
    flush();
    made.parts_.push_back(std::move(part));
  }
  flush();
  return made;
}

std::string Template::evaluate(const TemplateInput& input) const {
  std::string out;
  std::optional<json::value> body;  // parsed when first asked for
  const auto in_body = [&](const std::string& path) -> const json::value* {
    if (!body) {
      auto parsed = parse_json(input.body);
      body = parsed.has_value() ? std::move(parsed.value()) : json::value();
    }
    return walk(*body, path);
  };
  for (const auto& part : parts_) {
    std::string text;
    const json::value* found = nullptr;
    switch (part.kind) {
      case Part::Kind::text:
        text = part.text;
        break;
      case Part::Kind::body:
        text = input.body;
        break;
      case Part::Kind::context: {
        const json::value* at = input.context.if_contains(part.text.substr(0, part.text.find('.')));
        const auto dot = part.text.find('.');
        found = at && dot != part.text.npos ? walk(*at, std::string_view(part.text).substr(dot + 1)) : at;
        if (found && !found->is_null()) text = as_text(*found);
        break;
      }
      case Part::Kind::stage_variable:
        if ((found = input.stage_variables.if_contains(part.text))) text = as_text(*found);
        break;
      case Part::Kind::json:
        found = in_body(part.text);
        text = found ? json::serialize(*found) : "\"\"";
        break;
      case Part::Kind::path:
        if ((found = in_body(part.text))) text = as_text(*found);
        break;
    }
    out += part.escaped ? escape_javascript(text) : text;
  }
  return out;
}

ApiResult<Selection> Selection::parse(std::string_view text) {
  Selection made;
  for (auto rest = text; !rest.empty();) {
    const bool braced = rest.starts_with("${");
    if (cut(rest, braced ? "${request.body." : "$request.body.")) {
      const auto end = braced ? rest.find('}') : std::min(rest.find_first_of(" /$"), rest.size());
      if (end == rest.npos || end == 0) break;
      made.parts_.emplace_back(true, std::string(rest.substr(0, end)));
      rest.remove_prefix(end + (braced ? 1 : 0));
      if (rest.empty()) return made;
    } else if (rest[0] != '$') {
      const auto end = std::min(rest.find('$'), rest.size());
      made.parts_.emplace_back(false, std::string(rest.substr(0, end)));
      rest.remove_prefix(end);
      if (rest.empty()) return made;
    } else {
      break;
    }
  }
  return api_error(400, "BadRequestException",
                   fmt::format("Selection expression {} is not supported by the embedded AWS: it understands "
                               "$request.body.NAME",
                               text));
}

std::string Selection::evaluate(std::string_view body) const {
  const auto parsed = parse_json(body);
  if (parsed.has_error()) return {};
  std::string out;
  for (const auto& [is_path, text] : parts_) {
    if (!is_path) {
      out += text;
      continue;
    }
    const auto* found = walk(parsed.value(), text);
    if (!found || found->is_null() || found->is_structured()) return {};
    out += as_text(*found);
  }
  return out;
}

}  // namespace live::cloud::apigateway
