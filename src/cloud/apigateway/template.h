// The part of API Gateway's mapping templates that we run: text with $context.x.y, $stageVariables.x,
// $input.body, $input.json('$.a'), $input.path('$.a') and $util.escapeJavaScript(…). All else is refused by
// name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/call.h"

namespace live::cloud::apigateway {

struct TemplateInput {
  std::string_view body;
  json::object context;
  json::object stage_variables;
};

class Template {
 public:
  static ApiResult<Template> parse(std::string_view text);  // the error names what is not supported
  std::string evaluate(const TemplateInput& input) const;

 private:
  struct Part {
    enum class Kind { text, context, stage_variable, body, json, path } kind = Kind::text;
    std::string text;  // the literal, or the path "a.b"
    bool escaped = false;
  };
  static ApiResult<Part> reference(std::string_view& rest);
  std::vector<Part> parts_;
};

// "a.b[0].c" within a value; null when it is not there.
const json::value* walk(const json::value& value, std::string_view path);

// A selection expression as "$request.body.action" or "${request.body.a}-${request.body.b}".
class Selection {
 public:
  static ApiResult<Selection> parse(std::string_view text);
  std::string evaluate(std::string_view body) const;  // empty: what it asks for is not there

 private:
  std::vector<std::pair<bool, std::string>> parts_;  // true: a path within the body
};

}  // namespace live::cloud::apigateway
