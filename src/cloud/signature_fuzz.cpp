// What comes before anyone is known: a request's target, its signature, a form of the query protocol. The
// first line is the target, the next two are headers, the rest is the body.
#include <cstddef>
#include <cstdint>

#include "cloud/query.h"
#include "cloud/signature.h"

namespace {

std::string line_of(std::string_view& text) {
  auto const end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace live;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  net::Request request;
  request.target = line_of(text);
  request.headers.add("Authorization", line_of(text));
  request.headers.add("X-Amz-Date", line_of(text));
  request.body = text;
  auto const claim = cloud::read_claim(request);
  if (auto const* one = std::get_if<cloud::Claim>(&claim)) (void)one->scope();
  (void)cloud::canonical_request(request, "s3", "authorization;host;x-amz-date", "UNSIGNED-PAYLOAD");
  (void)cloud::decode_form(net::parse_query(net::query_of(request.target)));
  (void)cloud::decode_form(net::parse_query(request.body));
  return 0;
}
