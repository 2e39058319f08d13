#include "cloud/signature.h"

#include <cstdio>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"

namespace live::cloud {
namespace {

// Random requests, signed by botocore at 2023-11-14T22:13:20Z: one JSON object a line.
constexpr auto signer = R"(
import datetime, json, random, sys
import botocore.auth, botocore.awsrequest, botocore.credentials
from urllib.parse import quote, urlsplit
random.seed(int(sys.argv[1]))
class Frozen(datetime.datetime):
    @classmethod
    def utcnow(cls): return datetime.datetime(2023, 11, 14, 22, 13, 20)
    @classmethod
    def now(cls, tz=None): return datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=tz)
botocore.auth.datetime.datetime = Frozen
if hasattr(botocore.auth, "get_current_datetime"):
    botocore.auth.get_current_datetime = lambda *a, **k: Frozen.utcnow()
alphabet = "abzAZ09-._~ /%+=&?#:@!$'()*,;[]|\\\"<>{}^`\u00e9\u4e16"
def text(longest): return "".join(random.choice(alphabet) for _ in range(random.randint(0, longest)))
for i in range(int(sys.argv[2])):
    service = random.choice(["s3", "dynamodb", "lambda", "execute-api", "sts"])
    path = "/" + quote(text(20), safe="/~")
    query = "&".join(quote(text(5), safe="") + "=" + quote(text(8), safe="") for _ in range(random.randint(0, 4)))
    presigned = random.random() < .4
    token = "tok/en+=" if random.random() < .5 else None
    method = "GET" if presigned and service != "s3" else random.choice(["GET", "PUT", "POST"])
    body = b"" if method == "GET" or presigned else text(40).encode()
    headers = {} if presigned else {"X-Amz-Meta-Note": "  a  " + str(i) + "   b ", "Content-Type": "text/plain"}
    request = botocore.awsrequest.AWSRequest(method, "http://h.example:99" + path + ("?" + query if query else ""),
                                             headers, body)
    s3 = service == "s3"
    kind = (botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth) if presigned else (
        botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth)
    kind(botocore.credentials.Credentials("AKID", "se/cret+", token), service, "eu-west-1").add_auth(request)
    url = urlsplit(request.url)
    headers = [[k, v.decode() if isinstance(v, bytes) else v] for k, v in request.headers.items()]
    if not any(k.lower() == "host" for k, v in headers): headers.append(["Host", url.netloc])
    print(json.dumps({"service": service, "method": method, "headers": headers, "token": token or "",
                      "target": (url.path or "/") + ("?" + url.query if url.query else ""), "body": body.decode()}))
)";

std::vector<json::object> signed_requests(int seed, int count) {
  auto folder = TempDir::create("signer").value();
  auto script = folder.path() / "sign.py";
  EXPECT_TRUE(write_file(script, signer).has_value());
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      ::popen(fmt::format("/usr/bin/python3 {} {} {}", script.string(), seed, count).c_str(), "r"), ::pclose);
  std::string all;
  char buffer[65536];
  while (size_t got = std::fread(buffer, 1, sizeof buffer, pipe.get())) all.append(buffer, got);
  std::vector<json::object> requests;
  for (size_t at = 0; at < all.size();) {
    auto end = all.find('\n', at);
    requests.push_back(parse_json_object(std::string_view(all).substr(at, end - at)).value());
    at = end + 1;
  }
  return requests;
}

net::Request to_request(const json::object& line) {
  net::Request request{.method = string_or(line, "method"),
                       .target = string_or(line, "target"),
                       .headers = {},
                       .body = string_or(line, "body"),
                       .peer = {}};
  for (auto& header : line.at("headers").as_array()) {
    request.headers.add(std::string(header.as_array()[0].as_string()),
                        std::string(header.as_array()[1].as_string()));
  }
  return request;
}

class SignatureTest : public testing::Test {
 protected:
  std::variant<Verified, Rejected> verify(const net::Request& request, std::string_view service) {
    auto claim = read_claim(request);
    if (auto rejected = std::get_if<Rejected>(&claim)) return *rejected;
    if (std::holds_alternative<std::monostate>(claim)) return Rejected{Refusal::missing, ""};
    return verify_signature(request, std::get<Claim>(claim), service, keys_, clock_.now());
  }
  std::optional<Refusal> refusal(const net::Request& request, std::string_view service) {
    auto result = verify(request, service);
    if (auto rejected = std::get_if<Rejected>(&result)) return rejected->why;
    return std::nullopt;
  }
  void have_key(std::string token, std::optional<TimePoint> expires = std::nullopt) {
    keys_.put({.id = "AKID",
               .secret = "se/cret+",
               .token = std::move(token),
               .expires = expires,
               .caller = {.account = "1", .arn = "me", .user_id = "U"}});
  }

  TempDir folder_ = TempDir::create("signature").value();
  std::unique_ptr<Store> store_ = Store::open(folder_.path()).value();
  Keys keys_{*store_};
  ManualClock clock_{TimePoint(std::chrono::seconds(1'700'000'000))};  // 2023-11-14T22:13:20Z
};

TEST_F(SignatureTest, WhatBotocoreSignedVerifiesAndNothingElseDoes) {
  auto requests = signed_requests(7, 400);
  ASSERT_EQ(requests.size(), 400u);
  for (auto& line : requests) {
    auto service = string_or(line, "service");
    have_key(string_or(line, "token"));
    auto request = to_request(line);
    EXPECT_EQ(refusal(request, service), std::nullopt) << json::serialize(line);
    auto changed = request;
    changed.target.insert(1, "x");
    EXPECT_EQ(refusal(changed, service), Refusal::mismatch) << json::serialize(line);
    changed = request;
    changed.method = "DELETE";
    EXPECT_EQ(refusal(changed, service), Refusal::mismatch) << json::serialize(line);
    changed = request;
    changed.headers.set("Host", "other");
    EXPECT_EQ(refusal(changed, service), Refusal::mismatch) << json::serialize(line);
  }
}

TEST_F(SignatureTest, TheClocksMayBeFiveMinutesApartAndFifteenForS3) {
  have_key("");
  for (auto& line : signed_requests(3, 60)) {
    auto request = to_request(line);
    auto service = string_or(line, "service");
    bool presigned = request.target.find("X-Amz-Signature") != std::string::npos;
    if (presigned || !string_or(line, "token").empty()) continue;
    auto window = service == "s3" ? 15min : 5min;
    for (auto [apart, good] : {std::pair(window - 1s, true), std::pair(window + 1s, false)}) {
      clock_ = ManualClock(TimePoint(1'700'000'000s) + apart);
      EXPECT_EQ(refusal(request, service), good ? std::nullopt : std::optional(Refusal::skewed)) << service;
      clock_ = ManualClock(TimePoint(1'700'000'000s) - apart);
      EXPECT_EQ(refusal(request, service), good ? std::nullopt : std::optional(Refusal::skewed)) << service;
    }
  }
}

TEST_F(SignatureTest, ASessionEndsAndItsTokenIsItsOwn) {
  for (auto& line : signed_requests(5, 40)) {
    if (string_or(line, "token").empty()) continue;
    auto service = string_or(line, "service");
    auto request = to_request(line);
    have_key("tok/en+=", clock_.now() + 1s);
    EXPECT_EQ(refusal(request, service), std::nullopt);
    have_key("tok/en+=", clock_.now());
    EXPECT_EQ(refusal(request, service), Refusal::expired_token);
    have_key("another");
    EXPECT_EQ(refusal(request, service), Refusal::bad_token);
    have_key("");
    EXPECT_EQ(refusal(request, service), Refusal::bad_token);
  }
}

TEST_F(SignatureTest, APresignedRequestEndsWithItsExpiry) {
  have_key("");
  auto requests = signed_requests(9, 60);
  int seen = 0;
  for (auto& line : requests) {
    auto request = to_request(line);
    if (request.target.find("X-Amz-Signature") == std::string::npos || !string_or(line, "token").empty())
      continue;
    ++seen;
    clock_ = ManualClock(TimePoint(1'700'000'000s) + 1h);  // botocore's default X-Amz-Expires
    EXPECT_EQ(refusal(request, string_or(line, "service")), std::nullopt);
    clock_.advance(1s);
    EXPECT_EQ(refusal(request, string_or(line, "service")), Refusal::expired);
  }
  EXPECT_GT(seen, 5);
}

TEST_F(SignatureTest, APresignedWebSocketHandshakeVerifies) {
  net::Request request{
      .target =
          "/dev?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1%2F"
          "execute-api%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=300&X-Amz-Security-Token="
          "FwoG%2Ftok%2Ben%3D%3D&X-Amz-SignedHeaders=host&X-Amz-Signature="
          "2ca8a87550bb378dbf664d211fe7b271e56a05ec30b5772e33d6e57091a4514e",
      .headers = {{"Host", "abc123.execute-api.us-east-1.amazonaws.com"}, {"Upgrade", "websocket"}}};
  auto text = canonical_request(request, "execute-api", "host", hex(sha256("")));
  EXPECT_EQ(hex(sha256(text)), "1d72508d24198b20dc4c5d4f2195800d30a88ebe66c2833497aa3091b2743f62") << text;
  keys_.put(
      {.id = "AKIDEXAMPLE", .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", .token = "FwoG/tok+en=="});
  clock_ = ManualClock(TimePoint(1'767'225'600s + 299s));
  EXPECT_EQ(refusal(request, "execute-api"), std::nullopt);
  clock_.advance(2s);
  EXPECT_EQ(refusal(request, "execute-api"), Refusal::expired);
}

TEST_F(SignatureTest, PathsAreEncodedTwiceExceptForS3) {
  net::Request request{.target = "/prod/%40connections/a%3D/../b/"};
  auto path = [&](std::string_view service) {
    auto text = canonical_request(request, service, "host", "");
    auto from = text.find('\n') + 1;
    return text.substr(from, text.find('\n', from) - from);
  };
  EXPECT_EQ(path("execute-api"), "/prod/%2540connections/b/");
  EXPECT_EQ(path("s3"), "/prod/%40connections/a%3D/../b/");
}

// AWS documents this chunked upload: example keys, secrets and signatures are AWS's.
TEST_F(SignatureTest, ChunksAreChainedAsInAwssExample) {
  auto key = [] {
    auto step = hmac_sha256("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524");
    return hmac_sha256(hmac_sha256(hmac_sha256(step, "us-east-1"), "s3"), "aws4_request");
  }();
  ChunkSeed seed{.signing_key = key,
                 .amz_date = "20130524T000000Z",
                 .scope = "20130524/us-east-1/s3/aws4_request",
                 .signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"};
  auto first = chunk_signature(seed, seed.signature, std::string(65'536, 'a'));
  EXPECT_EQ(first, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
  auto second = chunk_signature(seed, first, std::string(1'024, 'a'));
  EXPECT_EQ(second, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
  EXPECT_EQ(chunk_signature(seed, second, ""),
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
}

}  // namespace
}  // namespace live::cloud
