#include "template/references.h"

namespace live {
namespace {

class Walk {
 public:
  Walk(Assembly& assembly, AssemblyTemplate& one) : assembly_(assembly), one_(one) {}

  std::vector<Origin> of(const json::value& value) {
    read(value);
    return std::move(found_);
  }

 private:
  void read(const json::value& value) {
    if (auto const* array = value.if_array()) {
      for (auto const& element : *array) read(element);
      return;
    }
    auto const* object = value.if_object();
    if (!object) return;
    if (auto found = origin_of(assembly_, one_, value)) found_.push_back(*found);
    if (auto const* sub = find(*object, "Fn::Sub")) read_sub(*sub);
    for (auto const& member : *object) read(member.value());
  }

  // "${Function.Arn}", "${Alias}": what is computed beside the text is read by its own value.
  void read_sub(const json::value& sub) {
    auto const* parts = sub.if_array();
    auto const* text = parts && !parts->empty() ? parts->front().if_string() : sub.if_string();
    for (size_t at = text ? text->find("${") : json::string::npos; at != json::string::npos;
         at = text->find("${", at + 2)) {
      std::string_view const rest = std::string_view(*text).substr(at + 2);
      std::string_view const name = rest.substr(0, rest.find('}'));
      std::string_view const member = name.find('.') == name.npos ? "Ref" : "Fn::GetAtt";
      if (auto found = origin_of(assembly_, one_, json::object{{member, name}})) found_.push_back(*found);
    }
  }

  Assembly& assembly_;
  AssemblyTemplate& one_;
  std::vector<Origin> found_;
};

}  // namespace

std::vector<Origin> references(Assembly& assembly, AssemblyTemplate& one, const json::value& value) {
  return Walk(assembly, one).of(value);
}

}  // namespace live
