#include "cloud/dynamodb/tokens.h"

namespace live::cloud::dynamodb {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> out;
  auto take = [&](Token::Kind kind, size_t from, size_t length) {
    out.push_back({kind, std::string(text.substr(from, length)), from});
    return from + length;
  };
  auto word_end = [&](size_t at, bool (*belongs)(char)) {
    while (at < text.size() && belongs(text[at])) ++at;
    return at;
  };
  for (size_t at = 0; at < text.size();) {
    char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else if ((c == '#' || c == ':') && word_end(at + 1, is_word) > at + 1) {
      at = take(c == '#' ? Token::Kind::name : Token::Kind::value, at, word_end(at + 1, is_word) - at);
    } else if (is_digit(c)) {
      at = take(Token::Kind::number, at, word_end(at, is_digit) - at);
    } else if (is_word(c)) {
      at = take(Token::Kind::word, at, word_end(at, is_word) - at);
    } else if (auto two = text.substr(at, 2); two == "<>" || two == "<=" || two == ">=") {
      at = take(Token::Kind::sign, at, 2);
    } else {
      bool known = std::string_view("=<>(),.[]+-").find(c) != std::string_view::npos;
      at = take(known ? Token::Kind::sign : Token::Kind::unknown, at, 1);
    }
  }
  out.push_back({Token::Kind::end, "<EOF>", text.size()});
  return out;
}

}  // namespace live::cloud::dynamodb
