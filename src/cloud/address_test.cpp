#include "cloud/address.h"

#include <gtest/gtest.h>

namespace live::cloud {
namespace {

std::string where(std::string_view host) {
  auto address = parse_host(host);
  return address.service + "@" + address.region;
}

TEST(Address, AHostIsOursByThisMachinesNamesAndAwss) {
  for (const char* host :
       {"127.0.0.1:4566", "localhost:4566", "LOCALHOST", "[::1]:4566", "[::1]", "bucket.localhost:4566",
        "host.docker.internal:4566", "sts.amazonaws.com", "b.s3.eu-west-1.amazonaws.com:4566",
        "abc.execute-api.us-east-1.amazonaws.com", "x.lambda-url.eu-central-1.on.aws"})
    EXPECT_TRUE(is_ours(host)) << host;
  for (const char* host : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:4566",
                           "amazonaws.com.evil.example", "evilamazonaws.com", ".localhost", "0.0.0.0:4566",
                           "192.168.1.7:4566", "127.0.0.1@evil.example"})
    EXPECT_FALSE(is_ours(host)) << host;
}

TEST(Address, AnOriginIsLocalOnlyWhenItsPageIsOfThisMachine) {
  for (const char* origin :
       {"http://localhost:3000", "http://127.0.0.1", "https://app.localhost:8443", "http://[::1]:1"})
    EXPECT_TRUE(is_local_origin(origin)) << origin;
  for (const char* origin : {"", "null", "https://evil.example", "http://localhost.evil.example",
                             "localhost:3000", "https://amazonaws.com"})
    EXPECT_FALSE(is_local_origin(origin)) << origin;
}

TEST(Address, EveryNameOfAwsLeadsToItsService) {
  EXPECT_EQ(where("dynamodb.eu-west-1.amazonaws.com"), "dynamodb@eu-west-1");
  EXPECT_EQ(where("STS.amazonaws.com:443"), "sts@");
  EXPECT_EQ(where("iam.amazonaws.com"), "iam@");
  EXPECT_EQ(where("api.ecr.us-east-1.amazonaws.com"), "ecr@us-east-1");
  EXPECT_EQ(where("abc123.execute-api.us-gov-west-1.amazonaws.com"), "execute-api@us-gov-west-1");
  EXPECT_EQ(where("lambda.cn-north-1.amazonaws.com.cn"), "lambda@cn-north-1");
  EXPECT_EQ(where("xyz.lambda-url.eu-central-1.on.aws"), "lambda-url@eu-central-1");
}

TEST(Address, BucketsMayHaveDots) {
  EXPECT_EQ(where("s3.amazonaws.com"), "s3@");
  EXPECT_EQ(where("my.bucket.s3.eu-west-1.amazonaws.com"), "s3@eu-west-1");
  EXPECT_EQ(where("bucket.s3.amazonaws.com"), "s3@");
  EXPECT_EQ(where("bucket.s3.dualstack.eu-west-1.amazonaws.com"), "s3@eu-west-1");
  EXPECT_EQ(where("bucket.s3-eu-west-1.amazonaws.com"), "s3@eu-west-1");
}

TEST(Address, OtherNamesAreNoneOfAws) {
  for (auto host :
       {"127.0.0.1:4566", "localhost", "", "example.com", "amazonaws.com", "s3.amazonaws.com.evil.org"}) {
    EXPECT_EQ(where(host), "@") << host;
  }
}

}  // namespace
}  // namespace live::cloud
