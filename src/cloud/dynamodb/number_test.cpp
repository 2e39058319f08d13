#include "cloud/dynamodb/number.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace live::cloud::dynamodb {
namespace {

std::string normal(std::string_view text) {
  auto number = Number::parse(text);
  return number ? number.value().text() : number.error().message;
}

Number number(std::string_view text) { return Number::parse(text).value(); }
std::string sum(std::string_view a, std::string_view b) {
  auto out = add(number(a), number(b));
  return out ? out.value().text() : out.error().message;
}

TEST(Numbers, AreKeptInNormalForm) {
  EXPECT_EQ(normal("0012.3400"), "12.34");
  EXPECT_EQ(normal("-0.0"), "0");
  EXPECT_EQ(normal("+5"), "5");
  EXPECT_EQ(normal("1.5e3"), "1500");
  EXPECT_EQ(normal("15E-4"), "0.0015");
  EXPECT_EQ(normal(".5"), "0.5");
  EXPECT_EQ(normal("1E-130"), "0." + std::string(129, '0') + "1");
  EXPECT_EQ(normal(std::string(38, '9')), std::string(38, '9'));
  EXPECT_EQ(normal("1" + std::string(100, '0')), "1" + std::string(100, '0'));
}

TEST(Numbers, BeyondTheLimitsAreRefused) {
  EXPECT_EQ(normal(std::string(39, '9')), "Attempting to store more than 38 significant digits in a Number");
  EXPECT_EQ(normal("1E126"),
            "Number overflow. Attempting to store a number with magnitude larger than supported range");
  EXPECT_EQ(normal("1E-131"),
            "Number underflow. Attempting to store a number with magnitude smaller than supported range");
  for (auto text : {"", "-", ".", "1e", "1x", "--1", "1 ", "NaN", "1e99999999999"})
    EXPECT_NE(normal(text).find("cannot be converted to a numeric value"), std::string::npos) << text;
}

TEST(Numbers, SortAsTheyCompare) {
  std::vector<std::string> ascending{"-9.9E125", "-1E20", "-12",     "-11.9", "-2",     "-1.5",
                                     "-1",       "-0.1",  "-1E-130", "0",     "1E-130", "0.09",
                                     "0.1",      "0.11",  "0.9",     "1",     "1.01",   "9",
                                     "10",       "99",    "100",     "1E20",  "1.1E20", "9.9E125"};
  for (size_t i = 0; i + 1 < ascending.size(); ++i) {
    EXPECT_LT(number(ascending[i]), number(ascending[i + 1])) << ascending[i];
    EXPECT_LT(number(ascending[i]).sortable(), number(ascending[i + 1]).sortable()) << ascending[i];
  }
  EXPECT_EQ(number("1.0"), number("1"));
}

TEST(Numbers, AddWithoutRounding) {
  EXPECT_EQ(sum("0.1", "0.2"), "0.3");
  EXPECT_EQ(sum("1", "-1"), "0");
  EXPECT_EQ(sum("-1", "3"), "2");
  EXPECT_EQ(sum("1", "-3"), "-2");
  EXPECT_EQ(sum("99", "1"), "100");
  EXPECT_EQ(sum("1000", "-0.001"), "999.999");
  EXPECT_EQ(sum("-5", "-7.5"), "-12.5");
  EXPECT_EQ(sum("1E30", "1E-20"), "Attempting to store more than 38 significant digits in a Number");
}

}  // namespace
}  // namespace live::cloud::dynamodb
