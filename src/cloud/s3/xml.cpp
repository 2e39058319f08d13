#include "cloud/s3/xml.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace live::cloud::s3 {
namespace {

constexpr size_t kMaxDepth = 32;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Element> document() {
    LIVE_TRY(skip_misc());
    LIVE_TRY(auto root, element(0));
    LIVE_TRY(skip_misc());
    if (at_ != text_.size()) return fault("XML: text after the root element");
    return root;
  }

 private:
  bool starts(std::string_view token) const { return text_.substr(at_).starts_with(token); }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  Result<void> skip_past(std::string_view token) {
    auto end = text_.find(token, at_);
    if (end == std::string_view::npos) return fault("XML: unterminated markup");
    at_ = end + token.size();
    return outcome::success();
  }
  Result<void> skip_misc() {
    if (starts("\xEF\xBB\xBF")) at_ += 3;
    for (;;) {
      skip_space();
      if (starts("<?")) {
        LIVE_TRY(skip_past("?>"));
      } else if (starts("<!--")) {
        LIVE_TRY(skip_past("-->"));
      } else {
        return outcome::success();
      }
    }
  }
  std::string name() {
    auto start = at_;
    while (at_ < text_.size() && std::string_view(" \t\r\n/>=<").find(text_[at_]) == std::string_view::npos)
      ++at_;
    auto name = text_.substr(start, at_ - start);
    if (auto colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
    return std::string(name);
  }
  // True: the tag closed itself.
  Result<bool> attributes() {
    for (;;) {
      skip_space();
      if (starts("/>")) {
        at_ += 2;
        return true;
      }
      if (starts(">")) {
        ++at_;
        return false;
      }
      if (name().empty()) return fault("XML: malformed tag");
      skip_space();
      if (!starts("=")) return fault("XML: attribute without a value");
      ++at_;
      skip_space();
      if (!starts("\"") && !starts("'")) return fault("XML: attribute without quotes");
      auto quote = text_.substr(at_++, 1);
      LIVE_TRY(skip_past(quote));
    }
  }

  Result<Element> element(size_t depth) {
    if (depth > kMaxDepth) return fault("XML: nested too deeply");
    if (!starts("<") || starts("<!")) return fault("XML: an element was expected");
    ++at_;
    Element out;
    out.name = name();
    if (out.name.empty()) return fault("XML: an element without a name");
    LIVE_TRY(auto closed, attributes());
    if (closed) return out;
    LIVE_TRY(content(out, depth));
    at_ += 2;
    auto closing = name();
    skip_space();
    if (closing != out.name || !starts(">"))
      return fault("XML: </" + closing + "> closes <" + out.name + ">");
    ++at_;
    if (!out.children.empty()) out.text.clear();
    return out;
  }

  Result<void> content(Element& out, size_t depth) {
    while (at_ < text_.size()) {
      if (starts("</")) return outcome::success();
      if (starts("<!--")) {
        LIVE_TRY(skip_past("-->"));
      } else if (starts("<![CDATA[")) {
        auto start = at_ + 9;
        LIVE_TRY(skip_past("]]>"));
        out.text += text_.substr(start, at_ - 3 - start);
      } else if (starts("<")) {
        LIVE_TRY(auto child, element(depth + 1));
        out.children.push_back(std::move(child));
      } else if (starts("&")) {
        LIVE_TRY(reference(out.text));
      } else {
        out.text += text_[at_++];
      }
    }
    return fault("XML: <" + out.name + "> is not closed");
  }

  Result<void> reference(std::string& out) {
    auto end = text_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 12) return fault("XML: malformed reference");
    auto name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
        {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
    for (auto [known, character] : kNamed)
      if (name == known) {
        out += character;
        return outcome::success();
      }
    if (!name.starts_with('#')) return fault("XML: unknown reference");
    name.remove_prefix(1);
    int base = name.starts_with('x') ? 16 : 10;
    if (base == 16) name.remove_prefix(1);
    uint32_t code = 0;
    auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), code, base);
    if (error != std::errc() || rest != name.data() + name.size() || code == 0 || code > 0x10FFFF)
      return fault("XML: malformed reference");
    append_utf8(out, code);
    return outcome::success();
  }

  static void append_utf8(std::string& out, uint32_t code) {
    if (code < 0x80) {
      out += char(code);
      return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::array<unsigned char, 4> kLead{0, 0xC0, 0xE0, 0xF0};
    out += char(kLead[more] | (code >> (6 * more)));
    while (more-- > 0) out += char(0x80 | ((code >> (6 * more)) & 0x3F));
  }

  std::string_view text_;
  size_t at_ = 0;
};

struct Name {
  std::string_view xml, member;
};

// Lists without an element of their own: each item repeats under the element's name.
constexpr std::array kRepeated{
    Name{"Rule", "Rules"},
    Name{"Transition", "Transitions"},
    Name{"NoncurrentVersionTransition", "NoncurrentVersionTransitions"},
    Name{"CORSRule", "CORSRules"},
    Name{"AllowedHeader", "AllowedHeaders"},
    Name{"AllowedMethod", "AllowedMethods"},
    Name{"AllowedOrigin", "AllowedOrigins"},
    Name{"ExposeHeader", "ExposeHeaders"},
    Name{"TopicConfiguration", "TopicConfigurations"},
    Name{"QueueConfiguration", "QueueConfigurations"},
    Name{"CloudFunctionConfiguration", "LambdaFunctionConfigurations"},
    Name{"Event", "Events"},
    Name{"FilterRule", "FilterRules"},
    Name{"Object", "Objects"},
    Name{"Part", "Parts"},
    Name{"Upload", "Uploads"},
    Name{"Version", "Versions"},
    Name{"DeleteMarker", "DeleteMarkers"},
    Name{"Error", "Errors"},
};
// Lists inside an element: <TagSet><Tag>…</Tag></TagSet>.
constexpr std::array kWrapped{Name{"Tag", "TagSet"}, Name{"Bucket", "Buckets"},
                              Name{"Grant", "AccessControlList"}, Name{"RoutingRule", "RoutingRules"}};
constexpr std::array kRenamed{
    Name{"S3Key", "Key"},
    Name{"CloudFunction", "LambdaFunctionArn"},
    Name{"Topic", "TopicArn"},
    Name{"Queue", "QueueArn"},
};
constexpr std::array<std::string_view, 8> kNumbers{
    "Days",          "NoncurrentDays", "NewerNoncurrentVersions", "DaysAfterInitiation",
    "MaxAgeSeconds", "PartNumber",     "ObjectSizeGreaterThan",   "ObjectSizeLessThan"};
constexpr std::array<std::string_view, 8> kBooleans{"Quiet",
                                                    "BlockPublicAcls",
                                                    "IgnorePublicAcls",
                                                    "BlockPublicPolicy",
                                                    "RestrictPublicBuckets",
                                                    "BucketKeyEnabled",
                                                    "ExpiredObjectDeleteMarker",
                                                    "ObjectLockEnabledForBucket"};
constexpr std::array<std::string_view, 5> kStructures{"Filter", "And", "EventBridgeConfiguration",
                                                      "LoggingEnabled", "S3Key"};

template <class Table, class Key>
bool holds(const Table& table, const Key& key) {
  for (auto& entry : table)
    if (entry == key) return true;
  return false;
}

template <class Table>
std::optional<std::string_view> member_for(const Table& table, std::string_view xml) {
  for (auto& [from, to] : table)
    if (from == xml) return to;
  return std::nullopt;
}

template <class Table>
std::optional<std::string_view> xml_for(const Table& table, std::string_view member) {
  for (auto& [from, to] : table)
    if (to == member) return from;
  return std::nullopt;
}

json::value leaf(const Element& element) {
  if (holds(kBooleans, element.name)) return element.text == "true";
  if (holds(kNumbers, element.name)) {
    int64_t number = 0;
    auto* end = element.text.data() + element.text.size();
    if (auto [rest, error] = std::from_chars(element.text.data(), end, number);
        error == std::errc() && rest == end)
      return number;
  }
  if (holds(kStructures, element.name)) return json::object();
  if (xml_for(kWrapped, element.name)) return json::array();
  return json::value(json::string(element.text));
}

void append_list(json::object& out, std::string_view member, json::value item) {
  auto& list = out[member];
  if (!list.is_array()) list.emplace_array();
  list.as_array().push_back(std::move(item));
}

void write(std::string& out, std::string_view name, const json::value& value);

void write_members(std::string& out, const json::object& members) {
  for (auto& [member, value] : members) {
    std::string_view name(member);
    if (value.is_array()) {
      if (auto item = xml_for(kWrapped, name)) {
        out += '<' + std::string(name) + '>';
        for (auto& entry : value.get_array()) write(out, *item, entry);
        out += "</" + std::string(name) + '>';
        continue;
      }
      auto item = name == "Tags" ? "Tag" : xml_for(kRepeated, name).value_or(name);
      for (auto& entry : value.get_array()) write(out, item, entry);
    } else if (name == "Key" && value.is_object()) {
      write(out, "S3Key", value);
    } else {
      write(out, name == "Key" ? name : xml_for(kRenamed, name).value_or(name), value);
    }
  }
}

void write(std::string& out, std::string_view name, const json::value& value) {
  if (value.is_null()) return;
  out += '<' + std::string(name) + '>';
  if (value.is_object())
    write_members(out, value.get_object());
  else if (value.is_string())
    out += escape_xml(std::string_view(value.get_string()));
  else if (value.is_bool())
    out += value.get_bool() ? "true" : "false";
  else if (value.is_int64())
    out += std::to_string(value.get_int64());
  else if (value.is_uint64())
    out += std::to_string(value.get_uint64());
  out += "</" + std::string(name) + '>';
}

}  // namespace

Result<Element> parse_xml(std::string_view text) { return Parser(text).document(); }

std::string escape_xml(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (c < 0x20 && c != '\t' && c != '\n')
      out += "&#x" + std::string(1, "0123456789abcdef"[c >> 4]) + "0123456789abcdef"[c & 15] + ';';
    else
      out += char(c);
  }
  return out;
}

json::value members_of(const Element& element) {
  if (xml_for(kWrapped, element.name) || element.name == "Tags") {
    json::array list;
    for (auto& child : element.children) list.push_back(members_of(child));
    return list;
  }
  if (element.children.empty()) return leaf(element);
  json::object out;
  for (auto& child : element.children) {
    if (child.name == "Tag" && element.name == "And")
      append_list(out, "Tags", members_of(child));
    else if (auto list = member_for(kRepeated, child.name))
      append_list(out, *list, members_of(child));
    else
      out[member_for(kRenamed, child.name).value_or(child.name)] = members_of(child);
  }
  return out;
}

std::string render_xml(std::string_view root, const json::value& members) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + std::string(root) +
                    " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  if (members.is_object())
    write_members(out, members.get_object());
  else if (members.is_string())
    out += escape_xml(std::string_view(members.get_string()));
  return out + "</" + std::string(root) + '>';
}

}  // namespace live::cloud::s3
