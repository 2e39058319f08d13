// Dynamic references: "{{resolve:service:key}}" inside evaluated texts.
#include "template/evaluate.h"

namespace live::cfn {

void collect_dynamic(const json::value& in, std::vector<DynamicReference>& into) {
  if (auto* list = in.if_array()) {
    for (const auto& item : *list) collect_dynamic(item, into);
  } else if (auto* object = in.if_object()) {
    for (const auto& member : *object) collect_dynamic(member.value(), into);
  } else if (in.is_string()) {
    constexpr std::string_view open = "{{resolve:";
    std::string_view text = in.get_string();
    for (size_t start; (start = text.find(open)) != text.npos;) {
      size_t end = text.find("}}", start);
      if (end == text.npos) return;
      std::string_view inner = text.substr(start + open.size(), end - start - open.size());
      size_t colon = inner.find(':');
      if (colon != inner.npos)
        into.push_back({std::string(text.substr(start, end + 2 - start)), std::string(inner.substr(0, colon)),
                        std::string(inner.substr(colon + 1))});
      text.remove_prefix(end + 2);
    }
  }
}

void replace_dynamic(json::value& in, const std::map<std::string, std::string>& by_text) {
  if (auto* list = in.if_array()) {
    for (auto& item : *list) replace_dynamic(item, by_text);
  } else if (auto* object = in.if_object()) {
    for (auto& member : *object) replace_dynamic(member.value(), by_text);
  } else if (in.is_string()) {
    std::string text(in.get_string());
    for (const auto& [reference, value] : by_text)
      for (size_t at = 0; (at = text.find(reference, at)) != std::string::npos; at += value.size())
        text.replace(at, reference.size(), value);
    in = json::string(text);
  }
}

}  // namespace live::cfn
