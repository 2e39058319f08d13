#include "aws/signature.h"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"

namespace live::aws {
namespace {

TEST(Signature, APresignedWebSocketUrlIsTheOneOnRecord) {
  // Signed once with an independent implementation, and checked with botocore's.
  const Credentials credentials{
      "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoG/tok+en==", {}};
  Signer signer;
  net::Request request{.target = "/dev", .headers = {{"Host", "abc123.execute-api.us-east-1.amazonaws.com"}}};
  const SigningScope scope{"us-east-1", "execute-api", TimePoint(std::chrono::seconds(1767225600))};
  EXPECT_EQ(signer.presign(request, credentials, scope, std::chrono::seconds(300)),
            "/dev?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1%2F"
            "execute-api%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=300&X-Amz-Security-Token="
            "FwoG%2Ftok%2Ben%3D%3D&X-Amz-SignedHeaders=host&X-Amz-Signature="
            "2ca8a87550bb378dbf664d211fe7b271e56a05ec30b5772e33d6e57091a4514e");
}

TEST(Signature, PathsAreEncodedOnceForS3AndTwiceElsewhere) {
  EXPECT_EQ(canonical_path("/a%20b/c%3D", "s3"), "/a%20b/c%3D");
  EXPECT_EQ(canonical_path("/a/../b//c", "s3"), "/a/../b//c");
  EXPECT_EQ(canonical_path("/dev/%40connections/Abc%3D", "execute-api"), "/dev/%2540connections/Abc%253D");
  EXPECT_EQ(canonical_path("/a/./b/../c//d/", "lambda"), "/a/c/d/");
  EXPECT_EQ(canonical_path("/", "lambda"), "/");
  EXPECT_EQ(canonical_path("/..", "lambda"), "/");
}

TEST(Signature, TheQueryIsSortedAfterEncoding) {
  EXPECT_EQ(canonical_query("b=2&a=1&a=%2f&list-type&A=0"), "A=0&a=%2F&a=1&b=2&list-type=");
}

struct Case {
  net::Request request;
  Credentials credentials;
  SigningScope scope;
  int presign = 0;
};

class RandomCases {
 public:
  Case next() {
    static const char* services[] = {"s3", "execute-api", "dynamodb", "sts", "lambda"};
    static const char* regions[] = {"us-east-1", "eu-west-3"};
    Case made;
    made.scope = {regions[pick(2)], services[pick(5)],
                  TimePoint(std::chrono::seconds(1'600'000'000 + pick(400'000'000)))};
    made.credentials = {
        "AKIA" + text(16, letters), text(40, anything), pick(2) ? text(60, anything) : "", {}};
    made.request.method = pick(2) ? "GET" : "POST";
    made.request.headers.add("Host", text(8, "abcxyz019") + ".example.com");
    made.presign = pick(3) == 0 ? 1 + static_cast<int>(pick(604'800)) : 0;
    // To presign, botocore keeps one value of each name.
    made.request.target = path() + (made.presign ? "?versionId=" + uri_encode(text(9, anything)) : query());
    if (made.presign) return made;
    if (made.request.method == "POST") made.request.body = text(pick(300), anything);
    for (size_t i = pick(4); i-- > 0;)
      made.request.headers.add("X-" + text(1 + pick(3), "AbC"),
                               text(pick(5), anything) + "  " + text(3, anything) + " ");
    made.request.headers.add("User-Agent", "not signed");
    return made;
  }

 private:
  size_t pick(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }
  std::string text(size_t size, std::string_view from) {
    std::string out;
    while (out.size() < size) out += from[pick(from.size())];
    return out;
  }
  std::string path() {
    std::string out;
    for (size_t i = 1 + pick(4); i-- > 0;) {
      out += "/";
      const size_t kind = pick(6);
      out += kind == 0   ? "."
             : kind == 1 ? ".."
             : kind == 2 ? ""
                         : uri_encode(text(pick(8), anything) + (kind == 3 ? "é€" : ""));
    }
    return out;
  }
  std::string query() {
    std::string out;
    for (size_t i = pick(4); i-- > 0;)
      out += (out.empty() ? "?" : "&") + uri_encode(text(1 + pick(3), "abAB-_")) + "=" +
             uri_encode(text(pick(6), anything));
    return out;
  }

  static constexpr std::string_view letters = "ABCDEFGHIJabcdefghij0123456789";
  static constexpr std::string_view anything = "ABCabc019 +/=&%?:@$,;~-._!*'()";
  std::mt19937 random_{20261123};
};

std::string as_line(const Case& one) {
  json::array headers;
  for (const auto& [name, value] : one.request.headers)
    if (name != "Host") headers.push_back(json::array{name, value});
  const json::object line{{"at", basic_iso8601(one.scope.at)},
                          {"method", one.request.method},
                          {"host", one.request.headers.get("Host")},
                          {"target", one.request.target},
                          {"headers", headers},
                          {"body", one.request.body},
                          {"access", one.credentials.access_key},
                          {"secret", one.credentials.secret_key},
                          {"token", one.credentials.session_token},
                          {"service", one.scope.service},
                          {"region", one.scope.region},
                          {"presign", one.presign}};
  return json::serialize(line) + "\n";
}

std::string our_signature(Case one) {
  Signer signer;
  if (!one.presign) {
    signer.sign(one.request, one.credentials, one.scope);
    return one.request.headers.get("Authorization");
  }
  const std::string target =
      signer.presign(one.request, one.credentials, one.scope, std::chrono::seconds(one.presign));
  return target.substr(target.find("X-Amz-Signature=") + 16);
}

TEST(Signature, AgreesWithBotocoreOnRandomRequests) {
  if (std::system("/usr/bin/python3 -c 'import botocore' 2>/dev/null") != 0)
    GTEST_SKIP() << "Debian's python3-botocore is not installed";
  std::vector<Case> cases;
  std::string lines;
  RandomCases random;
  for (int i = 0; i < 600; ++i) lines += as_line(cases.emplace_back(random.next()));
  auto folder = TempDir::create("signature");
  ASSERT_TRUE(folder);
  const std::string input = folder.value().path() / "in", output = folder.value().path() / "out";
  ASSERT_TRUE(write_file(input, lines));
  ASSERT_EQ(
      std::system(("/usr/bin/python3 " LIVE_SOURCE_DIR "/src/aws/testdata/sign.py <" + input + " >" + output)
                      .c_str()),
      0);
  std::string answers = read_file(output).value();
  for (const Case& one : cases) {
    const std::string line = answers.substr(0, answers.find('\n'));
    answers.erase(0, line.size() + 1);
    ASSERT_EQ(our_signature(one), string_or(parse_json_object(line).value(), "signed")) << as_line(one);
  }
}

}  // namespace
}  // namespace live::aws
