// The words and signs of an expression.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace live::cloud::dynamodb {

struct Token {
  enum class Kind { word, name, value, number, sign, end, unknown };
  Kind kind = Kind::end;
  std::string text{};
  size_t at = 0;
};

std::vector<Token> tokenize(std::string_view text);  // the last one is the end

}  // namespace live::cloud::dynamodb
