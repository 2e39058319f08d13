#include "template/yaml.h"

#include <charconv>
#include <set>

#include <yaml-cpp/yaml.h>

namespace live::cfn {
namespace {

constexpr size_t max_nodes = 500'000;  // aliases can make a small text a huge tree
constexpr int max_depth = 100;

const std::set<std::string, std::less<>> short_names{
    "Base64",       "Cidr",        "FindInMap",    "GetAtt",     "GetAZs",
    "If",           "ImportValue", "Join",         "Length",     "Not",
    "Or",           "And",         "Equals",       "Select",     "Split",
    "Sub",          "Transform",   "ToJsonString", "Contains",   "EachMemberEquals",
    "EachMemberIn", "RefAll",      "ValueOf",      "ValueOfAll", "ForEach"};

json::value plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  for (const char* yes : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
    if (text == yes) return true;
  for (const char* no : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
    if (text == no) return false;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const char* digits = *begin == '-' ? begin + 1 : begin;
  // A leading zero marks an identifier (an account's number) more often than an octal number: it stays text.
  bool leading_zero = end - digits > 1 && digits[0] == '0' && digits[1] != '.';
  if (digits == end || !(*digits >= '0' && *digits <= '9') || leading_zero) return json::string(text);
  int64_t whole = 0;
  if (auto [at, error] = std::from_chars(begin, end, whole); error == std::errc() && at == end) return whole;
  if (text.find_first_not_of("0123456789.eE+-") != std::string::npos) return json::string(text);
  char* stop = nullptr;
  double real = std::strtod(text.c_str(), &stop);
  return stop == text.c_str() + text.size() ? json::value(real) : json::value(json::string(text));
}

class Reader {
 public:
  Result<json::value> read(const YAML::Node& node, int depth) {
    if (depth > max_depth) return failure(node, "nested too deeply");
    if (++nodes_ > max_nodes) return failure(node, "too large when its aliases are followed");
    const std::string& tag = node.Tag();
    if (tag.size() > 1 && tag[0] == '!' && tag[1] != '!') return read_short(node, tag.substr(1), depth);
    return read_plain(node, depth);
  }

 private:
  static Fault failure(const YAML::Node& node, const std::string& what) {
    return fault(fmt::format("Template format error: YAML not well-formed. (line {}, column {}): {}",
                             node.Mark().line + 1, node.Mark().column + 1, what));
  }

  Result<json::value> read_short(const YAML::Node& node, const std::string& name, int depth) {
    LIVE_TRY(auto argument, read_plain(node, depth));
    if (name == "Ref" || name == "Condition") return json::value(json::object{{name, std::move(argument)}});
    if (!short_names.contains(name)) return failure(node, "unknown tag !" + name);
    if (name == "GetAtt" && argument.is_string()) {
      std::string_view text = argument.get_string();
      size_t dot = text.find('.');
      if (dot == text.npos) return failure(node, "!GetAtt needs the form resource.attribute");
      argument = json::array{json::string(text.substr(0, dot)), json::string(text.substr(dot + 1))};
    }
    return json::value(json::object{{"Fn::" + name, std::move(argument)}});
  }

  Result<json::value> read_plain(const YAML::Node& node, int depth) {
    if (node.IsSequence()) {
      json::array list;
      for (const auto& item : node) {
        LIVE_TRY(auto value, read(item, depth + 1));
        list.push_back(std::move(value));
      }
      return json::value(std::move(list));
    }
    if (node.IsMap()) return read_map(node, depth);
    if (!node.IsDefined() || node.IsNull()) return json::value(nullptr);
    // yaml-cpp marks a quoted scalar with the tag "!"; a short intrinsic's scalar is text in either case.
    bool text = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str" ||
                (node.Tag().size() > 1 && node.Tag()[0] == '!');
    if (text) return json::value(json::string(node.Scalar()));
    return plain_scalar(node.Scalar());
  }

  Result<json::value> read_map(const YAML::Node& node, int depth) {
    json::object object;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return failure(member.first, "a key must be text");
      const std::string& key = member.first.Scalar();
      if (object.contains(key)) return failure(member.first, "duplicate key " + key);
      LIVE_TRY(auto value, read(member.second, depth + 1));
      object.emplace(key, std::move(value));
    }
    return json::value(std::move(object));
  }

  size_t nodes_ = 0;
};

}  // namespace

Result<json::value> parse_yaml(std::string_view text) {
  try {
    YAML::Node document = YAML::Load(std::string(text));
    Reader reader;
    return reader.read(document, 0);
  } catch (const YAML::Exception& error) {
    return fault(fmt::format("Template format error: YAML not well-formed. (line {}, column {}): {}",
                             error.mark.line + 1, error.mark.column + 1, error.msg));
  }
}

}  // namespace live::cfn
