// What AWS says when it refuses, in its protocols' several ways.
#include "aws/client.h"
#include "base/json.h"

namespace live::aws {

namespace {

// "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://…" is a ResourceNotFoundException.
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  if (const size_t mark = code.rfind('#'); mark != code.npos) code.remove_prefix(mark + 1);
  return std::string(code);
}

std::string first_of(const json::object& body, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    if (auto found = find_string(body, name)) return *found;
  return {};
}

std::string resolved(std::string_view text) {
  constexpr std::pair<std::string_view, char> entities[] = {
      {"&amp;", '&'},   {"&lt;", '<'},   {"&gt;", '>'}, {"&quot;", '"'},
      {"&apos;", '\''}, {"&#39;", '\''}, {"&#34;", '"'}};
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [entity, character] : entities) {
      if (!text.starts_with(entity)) continue;
      out += character;
      text.remove_prefix(entity.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace

std::string clock_advice(std::string_view said) {
  for (std::string_view const sign : {"Signature expired: ", "Signature not yet current: ",
                                      "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})
    if (said.find(sign) != said.npos)
      return "; this machine's clock is wrong: set it (`sudo timedatectl set-ntp true`)";
  return {};
}

std::optional<std::string> xml_text(std::string_view xml, std::string_view element) {
  const std::string open = "<" + std::string(element) + ">", close = "</" + std::string(element) + ">";
  const size_t from = xml.find(open);
  if (from == xml.npos) return std::nullopt;
  const size_t to = xml.find(close, from);
  if (to == xml.npos) return std::nullopt;
  return resolved(xml.substr(from + open.size(), to - from - open.size()));
}

void read_error(AwsAnswer& answer) {
  const std::string& body = answer.response.body;
  answer.error_code = bare_code(answer.response.headers.get("x-amzn-ErrorType"));
  if (body.starts_with('<')) {
    if (auto code = xml_text(body, "Code")) answer.error_code = bare_code(*code);
    answer.error_message = xml_text(body, "Message").value_or("");
    return;
  }
  auto parsed = parse_json_object(body);
  if (!parsed) {
    answer.error_message = body.substr(0, 500);
    return;
  }
  if (answer.error_code.empty()) answer.error_code = bare_code(first_of(parsed.value(), {"__type", "code"}));
  answer.error_message = first_of(parsed.value(), {"message", "Message", "errorMessage"});
}

}  // namespace live::aws
