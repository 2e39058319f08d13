#include "cloud/address.h"

#include <gtest/gtest.h>

namespace live::cloud {
namespace {

std::string where(std::string_view host) {
  auto address = parse_host(host);
  return address.service + "@" + address.region;
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
