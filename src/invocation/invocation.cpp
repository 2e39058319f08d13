#include "invocation/invocation.h"

#include "base/json.h"

namespace live {

Reply function_error(std::string type, std::string message) {
  json::object envelope;
  envelope["errorType"] = type;
  envelope["errorMessage"] = std::move(message);
  envelope["trace"] = json::array();
  return Reply{Reply::Outcome::function_error, json::serialize(envelope), std::move(type)};
}

}  // namespace live
