// The members of a put that stay with the object and come back with it: headers, metadata, tags, encryption.
#pragma once

#include <array>
#include <string_view>

#include "cloud/call.h"
#include "cloud/s3/objects.h"

namespace live::cloud::s3 {

inline constexpr std::array<std::string_view, 7> kContentMembers{
    "CacheControl", "ContentDisposition",     "ContentEncoding", "ContentLanguage", "ContentType",
    "Expires",      "WebsiteRedirectLocation"};

// Fault in AWS's words: a storage class or encryption S3 does not know, tags that do not parse.
ApiResult<json::object> attributes_of(const json::object& input, const Bucket& bucket);
ApiResult<json::array> parse_tagging(std::string_view query_form);  // "a=1&b=2" to a TagSet
ApiResult<void> check_tags(const json::array& tags, size_t limit);

// Verifies Content-MD5 and whatever x-amz-checksum-* came; gives the checksum to keep: theirs, or CRC64NVME.
ApiResult<json::object> verified_checksum(const json::object& input, std::string_view body);

bool versioned(const Bucket& bucket);
// The response's encryption members, from an object's attributes.
void echo_encryption(const json::object& attributes, json::object& out);

}  // namespace live::cloud::s3
