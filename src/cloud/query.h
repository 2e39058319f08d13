// The query protocol: a form comes in, XML goes out. Lists are X.member.N, X.entry.N.key/value or X.N; the
// action sees them as JSON, every scalar a string.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/call.h"

namespace live::cloud {

enum class QueryForm { usual, ec2 };  // EC2 answers without a result element, and its lists hold items

using Form = std::vector<std::pair<std::string, std::string>>;

// Fault: names contradict each other ("A=1&A.B=2"), nest too deep or hold a list index out of range.
Result<json::object> decode_form(const Form& form);

std::string render_query(std::string_view action, std::string_view xml_namespace, const Output& output,
                         std::string_view request_id, QueryForm form = QueryForm::usual);
std::string render_query_error(std::string_view xml_namespace, const ApiError& error,
                               std::string_view request_id, QueryForm form = QueryForm::usual);

}  // namespace live::cloud
