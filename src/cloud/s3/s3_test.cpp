#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "cloud/s3/attributes.h"
#include "cloud/s3/checksum.h"
#include "cloud/s3/chunked.h"
#include "cloud/s3/dates.h"
#include "cloud/s3/listing.h"
#include "cloud/s3/operations.h"
#include "cloud/s3/range.h"
#include "cloud/s3/service.h"
#include "cloud/s3/xml.h"
#include "cloud/test_world.h"

namespace live::cloud::s3 {
namespace {

struct TestService : TestWorld {
  Service service{world};

  Call call(json::object input, std::string payload = "") {
    Call out{.service = "s3", .action = "", .region = "eu-west-1"};
    out.caller = {.account = "000000000000", .service = "cloudformation.amazonaws.com"};
    out.input = std::move(input);
    out.payload = std::move(payload);
    return out;
  }
  void bucket() { ASSERT_TRUE(service.create_bucket(call({{"Bucket", "bucket"}}))); }
  void put(std::string key, std::string body = "x") {
    ASSERT_TRUE(service.put_object(call({{"Bucket", "bucket"}, {"Key", key}}, std::move(body))));
  }
  bool has(std::string key) {
    return service.head_object(call({{"Bucket", "bucket"}, {"Key", key}})).has_value();
  }
  void setting(std::string name, json::object document) {
    for (auto& one : settings())
      if (one.name == name) {
        auto put = service.put_setting(call({{"Bucket", "bucket"}, {one.member, document}}), one);
        ASSERT_TRUE(put) << put.error().message;
      }
  }
};

// Functions that a bucket invokes, by the events that they got.
struct NotifiedFunctions : TestService {
  NotifiedFunctions() {
    actions.add_plain("lambda", "Invoke", [this](const Call& call) -> ApiResult<json::object> {
      auto const event = parse_json_object(call.payload).value();
      auto const& record = event.at("Records").at(0);
      got.push_back(string_or(call.input, "FunctionName") + " " +
                    std::string(record.at("eventName").as_string()) + " " +
                    std::string(record.at("s3").at("object").at("key").as_string()));
      last = call;
      return json::object();
    });
  }
  void notify(std::string function, json::array events, json::object filter = {}) {
    json::object one{{"Id", "n"}, {"LambdaFunctionArn", std::move(function)}, {"Events", std::move(events)}};
    if (!filter.empty()) one["Filter"] = {{"Key", {{"FilterRules", json::array{std::move(filter)}}}}};
    setting("BucketNotificationConfiguration",
            {{"LambdaFunctionConfigurations", json::array{std::move(one)}}});
  }
  std::vector<std::string> got;
  Call last;
};

net::Request request(std::string method, std::string target, std::string host = "127.0.0.1:4566") {
  return {.method = std::move(method), .target = std::move(target), .headers = {{"Host", std::move(host)}}};
}

std::string action_of(const net::Request& request) {
  auto resource = resource_of(request);
  auto operation = operation_of(request, resource.value());
  return operation ? std::string(operation.value()->action) : operation.error().code;
}

TEST(AwsChunked, ChunksAreJoinedAndTrailersRead) {
  auto decoded =
      decode_aws_chunked("3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n", nullptr);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded.value().body, "abcde");
  EXPECT_EQ(decoded.value().trailers.get("X-Amz-Checksum-Crc32"), "AAAA==");
}

TEST(AwsChunked, AnEmptyBodyIsOneEmptyChunk) {
  EXPECT_EQ(decode_aws_chunked("0\r\n\r\n", nullptr).value().body, "");
}

TEST(AwsChunked, WhatIsCutOffOrMalformedIsRefused) {
  for (auto text : {"", "3\r\nab", "3\r\nabc\r\n", "zz\r\n", "-1\r\n\r\n", "3\r\nabcX\r\n0\r\n\r\n",
                    "ffffffffffffffff\r\nabc\r\n0\r\n\r\n", "0\r\nno colon\r\n\r\n"})
    EXPECT_FALSE(decode_aws_chunked(text, nullptr)) << text;
}

TEST(AwsChunked, EveryChunkSignatureIsVerified) {
  ChunkSeed seed{.signing_key = std::string(32, 'k'),
                 .amz_date = "20260101T000000Z",
                 .scope = "a/b/s3/aws4_request",
                 .signature = std::string(64, '0')};
  auto first = chunk_signature(seed, seed.signature, "abc");
  auto last = chunk_signature(seed, first, "");
  auto body = [&](std::string_view one, std::string_view two) {
    return "3;chunk-signature=" + std::string(one) + "\r\nabc\r\n0;chunk-signature=" + std::string(two) +
           "\r\n\r\n";
  };
  EXPECT_EQ(decode_aws_chunked(body(first, last), &seed).value().body, "abc");
  EXPECT_EQ(decode_aws_chunked(body(last, last), &seed).error().kind, Fault::Kind::refused);
  EXPECT_FALSE(decode_aws_chunked(body(first, first), &seed));
  EXPECT_FALSE(decode_aws_chunked("3\r\nabc\r\n0\r\n\r\n", &seed));
}

TEST(Checksums, MatchPublishedVectors) {
  auto of = [](std::string_view name) { return checksum_base64(*algorithm_named(name), "123456789"); };
  EXPECT_EQ(of("CRC32"), base64(*from_hex("cbf43926")));
  EXPECT_EQ(of("CRC32C"), base64(*from_hex("e3069283")));
  EXPECT_EQ(of("CRC64NVME"), base64(*from_hex("ae8b14860a799888")));
  EXPECT_EQ(of("SHA1"), base64(*from_hex("f7c3bc1d808e04732adf679965ccc34ca7ae3441")));
}

TEST(Checksums, AWrongOneIsABadDigest) {
  auto wrong = checksum_base64(*algorithm_named("CRC32"), "other");
  EXPECT_EQ(verified_checksum({{"ChecksumCRC32", wrong}}, "body").error().code, "BadDigest");
  EXPECT_EQ(verified_checksum({{"ContentMD5", base64(md5("other"))}}, "body").error().code, "BadDigest");
  EXPECT_EQ(verified_checksum({{"ContentMD5", "?"}}, "body").error().code, "InvalidDigest");
  EXPECT_EQ(verified_checksum({{"ChecksumCRC32", "AA=="}}, "body").error().code, "InvalidRequest");
}

TEST(Ranges, AreReadAsRfc9110SaysAndOthersIgnored) {
  using Kind = ParsedRange::Kind;
  auto check = [](std::string_view text, Kind kind, int64_t first = 0, int64_t last = 0) {
    auto range = parse_range(text, 10);
    EXPECT_EQ(range.kind, kind) << text;
    EXPECT_EQ(range.bytes.first, first) << text;
    EXPECT_EQ(range.bytes.last, last) << text;
  };
  check("bytes=0-0", Kind::satisfiable, 0, 0);
  check("bytes=3-", Kind::satisfiable, 3, 9);
  check("bytes=-4", Kind::satisfiable, 6, 9);
  check("bytes=-40", Kind::satisfiable, 0, 9);
  check("bytes=5-99", Kind::satisfiable, 5, 9);
  check("bytes=10-", Kind::unsatisfiable);
  check("bytes=-0", Kind::unsatisfiable);
  for (auto text : {"bytes=5-3", "bytes=a-b", "bytes=0-1,3-4", "bytes=-", "items=0-1", "bytes=1-x"})
    check(text, Kind::ignored);
}

TEST(CopySources, AreDecodedAndMayNameAVersion) {
  auto source = parse_copy_source("/bucket/a%20b/%C3%BC?versionId=v1").value();
  EXPECT_EQ(source.bucket, "bucket");
  EXPECT_EQ(source.key, "a b/ü");
  EXPECT_EQ(source.version_id, "v1");
  EXPECT_FALSE(parse_copy_source("bucket"));
  EXPECT_FALSE(parse_copy_source("bucket/"));
}

TEST(Addresses, TheBucketIsInTheHostOrThePath) {
  auto hosted = resource_of(request("GET", "/a%2Bb", "my.bucket.s3.eu-west-1.amazonaws.com")).value();
  EXPECT_EQ(hosted.bucket, "my.bucket");
  EXPECT_EQ(hosted.key, "a+b");
  EXPECT_EQ(resource_of(request("GET", "/k", "b.s3.amazonaws.com:443")).value().bucket, "b");
  auto path = resource_of(request("GET", "/bucket/a/../b", "s3.eu-west-1.amazonaws.com")).value();
  EXPECT_EQ(path.bucket, "bucket");
  EXPECT_EQ(path.key, "a/../b");
  EXPECT_EQ(resource_of(request("GET", "/")).value().bucket, "");
}

TEST(Operations, AreFoundByMethodPathAndSubresource) {
  EXPECT_EQ(action_of(request("GET", "/")), "ListBuckets");
  EXPECT_EQ(action_of(request("GET", "/b?list-type=2&prefix=versions")), "ListObjectsV2");
  EXPECT_EQ(action_of(request("GET", "/b?prefix=acl")), "ListObjects");
  EXPECT_EQ(action_of(request("GET", "/b/k?uploadId=1")), "ListParts");
  EXPECT_EQ(action_of(request("GET", "/b/k?response-content-type=x")), "GetObject");
  auto copy = request("PUT", "/b/k?partNumber=1&uploadId=1");
  EXPECT_EQ(action_of(copy), "UploadPart");
  copy.headers.add("x-amz-copy-source", "b/k");
  EXPECT_EQ(action_of(copy), "UploadPartCopy");
}

TEST(Operations, AnUnsupportedSubresourceIsNeverThePlainOperation) {
  EXPECT_EQ(action_of(request("GET", "/b?website")), "NotImplemented");
  EXPECT_EQ(action_of(request("DELETE", "/b?replication")), "NotImplemented");
  EXPECT_EQ(action_of(request("PUT", "/b/k?retention")), "NotImplemented");
  EXPECT_EQ(action_of(request("PATCH", "/b/k")), "MethodNotAllowed");
}

TEST(Xml, BecomesTheMembersOfTheModelAndBack) {
  auto text =
      "<LifecycleConfiguration xmlns=\"x\"><Rule><ID>a&amp;b</ID><Filter/><Status>Enabled</Status>"
      "<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
  auto members = members_of(parse_xml(text).value());
  json::object rule{
      {"ID", "a&b"}, {"Filter", json::object()}, {"Status", "Enabled"}, {"Expiration", {{"Days", 1}}}};
  EXPECT_EQ(members, json::value({{"Rules", json::array{rule}}}));
  auto rendered = render_xml("LifecycleConfiguration", members);
  EXPECT_EQ(members_of(parse_xml(rendered).value()), members);
}

TEST(Xml, MalformedDocumentsAreRefused) {
  for (auto text : {"", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&nope;</a>", "<a b></a>",
                    "<!DOCTYPE a><a/>", "<a>&#0;</a>"})
    EXPECT_FALSE(parse_xml(text)) << text;
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<a>";
  EXPECT_FALSE(parse_xml(deep));
}

TEST(Dates, AreReadInBothForms) {
  EXPECT_EQ(parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT"), 1'700'000'000'000);
  EXPECT_EQ(parse_iso8601("2023-11-14T22:13:20.250Z"), 1'700'000'000'250);
  EXPECT_EQ(parse_iso8601("2023-11-14"), 1'699'920'000'000);
  EXPECT_FALSE(parse_http_date("yesterday"));
  EXPECT_FALSE(parse_iso8601("2023-11-14T22"));
}

TEST(Listing, PagesOfEverySizeGiveEachKeyAndPrefixOnce) {
  TestService world;
  world.bucket();
  for (auto key : {"a", "a/1", "a/2", "a/b/3", "b", "c//d", "c/e", "d"}) world.put(key);
  for (int64_t limit : {1, 2, 3, 50}) {
    std::vector<std::string> seen;
    std::string token;
    do {
      json::object input{{"Bucket", "bucket"}, {"Delimiter", "/"}, {"MaxKeys", limit}};
      if (!token.empty()) input["ContinuationToken"] = token;
      auto page = world.service.list_objects_v2(world.call(std::move(input))).value().value;
      for (auto& one : page["Contents"].as_array()) seen.push_back(string_or(one.as_object(), "Key"));
      for (auto& one : page["CommonPrefixes"].as_array())
        seen.push_back(string_or(one.as_object(), "Prefix"));
      token = string_or(page, "NextContinuationToken");
    } while (!token.empty());
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (std::vector<std::string>{"a", "a/", "b", "c/", "d"})) << limit;
  }
}

TEST(Lifecycle, ObjectsOfTheRuleDisappearAtTheMidnightAfterTheirDay) {
  TestService world;
  world.bucket();
  world.setting("BucketLifecycleConfiguration",
                {{"Rules", json::array{json::object{{"Status", "Enabled"},
                                                    {"Filter", {{"Prefix", "payloads/"}}},
                                                    {"Expiration", {{"Days", 1}}}}}}});
  world.put("payloads/a");
  world.put("keys/a");
  world.clock.advance(24h);  // 22:13 the next day: no midnight has passed since
  EXPECT_TRUE(world.has("payloads/a"));
  world.clock.advance(2h);
  EXPECT_FALSE(world.has("payloads/a"));
  EXPECT_TRUE(world.has("keys/a"));
}

TEST(Lifecycle, UploadsThatNobodyFinishesAreAborted) {
  TestService world;
  world.bucket();
  world.setting("BucketLifecycleConfiguration",
                {{"Rules", json::array{json::object{
                               {"Status", "Enabled"},
                               {"Filter", json::object()},
                               {"AbortIncompleteMultipartUpload", {{"DaysAfterInitiation", 1}}}}}}});
  ASSERT_TRUE(world.service.create_multipart_upload(world.call({{"Bucket", "bucket"}, {"Key", "k"}})));
  auto uploads = [&] {
    auto out = world.service.list_multipart_uploads(world.call({{"Bucket", "bucket"}})).value().value;
    return out["Uploads"].as_array().size();
  };
  EXPECT_EQ(uploads(), 1u);
  world.clock.advance(48h);
  EXPECT_EQ(uploads(), 0u);
}

TEST(Bodies, OfReplacedAndDeletedObjectsLeaveTheDisk) {
  TestService world;
  world.bucket();
  auto files = [&] {
    size_t count = 0;
    if (!std::filesystem::exists(world.store->bodies() / "s3")) return count;
    for (auto& entry : std::filesystem::recursive_directory_iterator(world.store->bodies() / "s3"))
      count += entry.is_regular_file();
    return count;
  };
  world.put("k", std::string(10'000, 'a'));
  world.put("k", std::string(20'000, 'b'));
  EXPECT_EQ(files(), 1u);
  ASSERT_TRUE(world.service.delete_object(world.call({{"Bucket", "bucket"}, {"Key", "k"}})));
  EXPECT_EQ(files(), 0u);
}

TEST(Notifications, InvokeTheFunctionThatAsksForWhatHappened) {
  NotifiedFunctions s3;
  s3.bucket();
  s3.notify("fn", {"s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"});
  s3.put("red flower.jpg");
  ASSERT_TRUE(s3.service.delete_object(s3.call({{"Bucket", "bucket"}, {"Key", "red flower.jpg"}})));
  ASSERT_TRUE(s3.service.delete_object(s3.call({{"Bucket", "bucket"}, {"Key", "never there"}})));
  s3.context.run();
  EXPECT_EQ(s3.got, (std::vector<std::string>{"fn ObjectCreated:Put red+flower.jpg",
                                              "fn ObjectRemoved:Delete red+flower.jpg"}));
  EXPECT_EQ(s3.last.caller.service, "s3.amazonaws.com");
  EXPECT_EQ(s3.last.caller.arn, "arn:aws:s3:::bucket");
}

TEST(Notifications, AreOfTheKeysAndEventsThatAreAskedFor) {
  NotifiedFunctions s3;
  s3.bucket();
  s3.notify("fn", {"s3:ObjectCreated:Copy"}, {{"Name", "Prefix"}, {"Value", "in/"}});
  for (auto const* key : {"in/a", "out/a"}) {
    s3.put(key);
    json::object copy{{"Bucket", "bucket"}, {"Key", std::string(key) + "2"}, {"CopySource", "bucket/in/a"}};
    ASSERT_TRUE(s3.service.copy_object(s3.call(std::move(copy))));
  }
  s3.context.run();
  EXPECT_EQ(s3.got, std::vector<std::string>{"fn ObjectCreated:Copy in/a2"});
}

TEST(Notifications, OfAVersionedBucketTellADeleteMarker) {
  NotifiedFunctions s3;
  s3.bucket();
  s3.setting("BucketVersioning", {{"Status", "Enabled"}});
  s3.put("a");
  s3.notify("fn", {"s3:ObjectRemoved:*"});
  ASSERT_TRUE(s3.service.delete_object(s3.call({{"Bucket", "bucket"}, {"Key", "a"}})));
  s3.context.run();
  EXPECT_EQ(s3.got, std::vector<std::string>{"fn ObjectRemoved:DeleteMarkerCreated a"});
}

}  // namespace
}  // namespace live::cloud::s3
