#include "template/functions.h"

#include <cmath>

#include "base/encoding.h"
#include "template/evaluate.h"

namespace live::cfn {
namespace {

Result<const json::array*> list_of(const json::value& argument, size_t least, size_t most) {
  auto* list = argument.if_array();
  if (!list || list->size() < least || list->size() > most)
    return fault(least == most ? fmt::format("needs a list of {} values", least)
                               : fmt::format("needs a list of {} to {} values", least, most));
  return list;
}

Result<json::value> join(const json::value& argument) {
  LIVE_TRY(auto list, list_of(argument, 2, 2));
  auto* items = (*list)[1].if_array();
  if (!(*list)[0].is_string()) return fault("needs a delimiter that is text");
  if (!items) return is_unknown((*list)[1]) ? Result<json::value>((*list)[1]) : fault("needs a list to join");
  std::string joined;
  for (size_t i = 0; i < items->size(); ++i) {
    LIVE_TRY(auto text, text_of((*items)[i]));
    if (i) joined += std::string_view((*list)[0].get_string());
    joined += text;
  }
  return json::value(json::string(joined));
}

Result<json::value> split(const json::value& argument) {
  LIVE_TRY(auto list, list_of(argument, 2, 2));
  if (!(*list)[0].is_string() || (*list)[0].get_string().empty())
    return fault("needs a delimiter that is text");
  if (is_unknown((*list)[1])) return json::value(json::string(known_after_apply));
  LIVE_TRY(auto text, text_of((*list)[1]));
  std::string_view delimiter = (*list)[0].get_string();
  json::array parts;
  std::string_view rest = text;
  for (size_t at; (at = rest.find(delimiter)) != rest.npos; rest.remove_prefix(at + delimiter.size()))
    parts.emplace_back(json::string(rest.substr(0, at)));
  parts.emplace_back(json::string(rest));
  return json::value(std::move(parts));
}

Result<json::value> select(const json::value& argument) {
  LIVE_TRY(auto list, list_of(argument, 2, 2));
  auto* items = (*list)[1].if_array();
  if (!items)
    return is_unknown((*list)[1]) ? Result<json::value>((*list)[1]) : fault("needs a list to select from");
  LIVE_TRY(auto text, text_of((*list)[0]));
  char* end = nullptr;
  long index = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end || index < 0) return fault(fmt::format("index {} is not a whole number", text));
  if (size_t(index) >= items->size())
    return fault(fmt::format("cannot select nonexistent value at index {} of {}", index, items->size()));
  return (*items)[size_t(index)];
}

std::optional<uint32_t> ipv4(std::string_view text) {
  uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    size_t dot = text.find('.');
    if ((dot == text.npos) != (part == 3)) return std::nullopt;
    std::string digits(text.substr(0, dot));
    if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
    int byte = std::stoi(digits);
    if (byte > 255) return std::nullopt;
    address = (address << 8) | uint32_t(byte);
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return address;
}

Result<json::value> cidr(const json::value& argument) {
  LIVE_TRY(auto list, list_of(argument, 2, 3));
  if (is_unknown(argument)) return json::value(json::string(known_after_apply));
  LIVE_TRY(auto block, text_of((*list)[0]));
  LIVE_TRY(auto count_text, text_of((*list)[1]));
  std::string bits_text = "8";
  if (list->size() == 3) {
    LIVE_TRY(bits_text, text_of((*list)[2]));
  }
  size_t slash = block.find('/');
  auto base = ipv4(std::string_view(block).substr(0, slash));
  if (slash == std::string::npos || !base) return fault(fmt::format("{} is not an IPv4 block", block));
  int length = std::atoi(block.c_str() + slash + 1);
  int count = std::atoi(count_text.c_str());
  int bits = std::atoi(bits_text.c_str());
  if (count < 1 || count > 256 || bits < 1 || bits > 31)
    return fault("count must be 1 to 256 and bits 1 to 31");
  int sub_length = 32 - bits;
  if (length < 0 || sub_length < length || (uint64_t(count) << bits) > (uint64_t(1) << (32 - length)))
    return fault(fmt::format("{} does not hold {} blocks of /{}", block, count, sub_length));
  uint64_t start = length == 0 ? 0 : *base & (~uint32_t(0) << (32 - length));
  json::array blocks;
  for (int i = 0; i < count; ++i) {
    auto address = uint32_t(start + (uint64_t(i) << bits));
    blocks.emplace_back(json::string(fmt::format("{}.{}.{}.{}/{}", address >> 24, address >> 16 & 255,
                                                 address >> 8 & 255, address & 255, sub_length)));
  }
  return json::value(std::move(blocks));
}

Result<json::value> length(const json::value& argument) {
  if (auto* list = argument.if_array()) return json::value(int64_t(list->size()));
  if (is_unknown(argument)) return argument;
  return fault("needs a list");
}

Result<json::value> to_json_string(const json::value& argument) {
  if (!argument.is_object() && !argument.is_array()) return fault("needs an object or a list");
  return json::value(json::string(json::serialize(argument)));
}

bool is_scalar(const json::value& value) { return !value.is_object() && !value.is_array(); }

}  // namespace

Result<std::string> text_of(const json::value& scalar) {
  if (scalar.is_string()) return std::string(scalar.get_string());
  if (scalar.is_bool()) return std::string(scalar.get_bool() ? "true" : "false");
  if (scalar.is_double()) {
    double number = scalar.get_double();
    if (std::abs(number) < 1e15 && std::floor(number) == number) return std::to_string(int64_t(number));
    return fmt::format("{}", number);
  }
  if (scalar.is_number()) return json::serialize(scalar);
  return fault(fmt::format("needs text, not {}", scalar.is_array()  ? "a list"
                                                 : scalar.is_null() ? "null"
                                                                    : "an object"));
}

bool is_unknown(const json::value& value) {
  if (value.is_string())
    return std::string_view(value.get_string()).find(known_after_apply) != std::string::npos;
  if (auto* list = value.if_array()) return std::any_of(list->begin(), list->end(), is_unknown);
  if (auto* object = value.if_object())
    return std::any_of(object->begin(), object->end(),
                       [](const auto& member) { return is_unknown(member.value()); });
  return false;
}

bool same_value(const json::value& a, const json::value& b) {
  if (a.is_object() && b.is_object()) {
    const auto &left = a.get_object(), &right = b.get_object();
    if (left.size() != right.size()) return false;
    return std::all_of(left.begin(), left.end(), [&](const auto& member) {
      auto* other = right.if_contains(member.key());
      return other && same_value(member.value(), *other);
    });
  }
  if (a.is_array() && b.is_array())
    return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(), b.get_array().end(),
                      same_value);
  if (!is_scalar(a) || !is_scalar(b)) return false;
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return text_of(a).value() == text_of(b).value();
}

std::optional<Result<json::value>> compute(std::string_view function, const json::value& argument) {
  if (function == "Fn::Join") return join(argument);
  if (function == "Fn::Split") return split(argument);
  if (function == "Fn::Select") return select(argument);
  if (function == "Fn::Cidr") return cidr(argument);
  if (function == "Fn::Length") return length(argument);
  if (function == "Fn::ToJsonString") return to_json_string(argument);
  if (function == "Fn::Base64") {
    if (is_unknown(argument)) return argument;
    auto text = text_of(argument);
    return text ? Result<json::value>(json::string(base64(text.value()))) : Result<json::value>(text.error());
  }
  return std::nullopt;
}

}  // namespace live::cfn
