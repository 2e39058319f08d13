// XML as S3 speaks it: elements with text, no attributes worth keeping; and its mapping to the members of
// AWS's model ("<Rule>" repeated is the list "Rules").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace live::cloud::s3 {

struct Element {
  std::string name;
  std::string text;
  std::vector<Element> children;
};

Result<Element> parse_xml(std::string_view text);
std::string escape_xml(std::string_view text);

json::value members_of(const Element& element);
// <root xmlns=…>…</root> with the declaration in front.
std::string render_xml(std::string_view root, const json::value& members);

}  // namespace live::cloud::s3
