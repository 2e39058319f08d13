#include "cloud/dynamodb/service.h"

#include <gtest/gtest.h>

#include "cloud/test_world.h"

namespace live::cloud::dynamodb {
namespace {

struct TestTable : TestWorld {
  Service service{world};

  TestTable() {
    auto created = service.create_table(call(R"({"BillingMode": "PAY_PER_REQUEST",
      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]})"));
    EXPECT_TRUE(created);
  }
  Call call(std::string_view input) {
    Call out{.service = "dynamodb", .action = "", .region = "eu-west-1"};
    out.input = parse_json_object(input).value();
    out.input["TableName"] = "table";
    return out;
  }
  void put(std::string_view item) {
    EXPECT_TRUE(service.put_item(call("{\"Item\":" + std::string(item) + "}")));
  }
  bool has(std::string_view key) {
    auto got = service.get_item(call("{\"Key\":{\"pk\":{\"S\":\"" + std::string(key) + "\"}}}"));
    return got.value().contains("Item");
  }
};

TEST(TimeToLive, SweepsWhatHasExpiredAndNothingElse) {
  TestTable table;
  ASSERT_TRUE(table.service.update_time_to_live(
      table.call(R"({"TimeToLiveSpecification": {"Enabled": true, "AttributeName": "ttl"}})")));
  table.put(R"({"pk": {"S": "soon"}, "ttl": {"N": "1700000060"}})");
  table.put(R"({"pk": {"S": "later"}, "ttl": {"N": "1700100000"}})");
  table.put(R"({"pk": {"S": "no number"}, "ttl": {"S": "1"}})");
  table.put(R"({"pk": {"S": "no time"}, "ttl": {"N": "5"}})");
  table.put(R"({"pk": {"S": "none"}})");
  table.clock.advance(10min);
  EXPECT_TRUE(table.has("soon"));  // expired, but DynamoDB takes its time
  table.clock.advance(2h);
  EXPECT_FALSE(table.has("soon"));
  for (auto key : {"later", "no number", "no time", "none"}) EXPECT_TRUE(table.has(key)) << key;
}

TEST(Registration, IsOneConditionalUpdateThatReturnsThePreviousRow) {
  TestTable table;
  auto request = [&](std::string session, std::string epoch) {
    return table.service.update_item(table.call(
        R"({"Key": {"pk": {"S": "client"}}, "ReturnValues": "ALL_OLD",
            "UpdateExpression": "SET #s = :s, epoch = if_not_exists(epoch, :zero) + :one",
            "ConditionExpression": "attribute_not_exists(pk) OR epoch = :e",
            "ExpressionAttributeNames": {"#s": "session"},
            "ExpressionAttributeValues": {":s": {"S": ")" +
        session + R"("}, ":zero": {"N": "0"}, ":one": {"N": "1"},
                                          ":e": {"N": ")" +
        epoch + R"("}}})"));
  };
  EXPECT_EQ(request("a", "0").value(), json::object());
  auto taken = request("b", "1").value();
  EXPECT_EQ(json::serialize(taken.at("Attributes").at("session")), R"({"S":"a"})");
  EXPECT_EQ(request("c", "1").error().code, "ConditionalCheckFailedException");
}

TEST(Tables, AreGoneWithTheirItems) {
  TestTable table;
  table.put(R"({"pk": {"S": "a"}})");
  ASSERT_TRUE(table.service.delete_table(table.call("{}")));
  EXPECT_EQ(table.service.get_item(table.call(R"({"Key": {"pk": {"S": "a"}}})")).error().code,
            "ResourceNotFoundException");
  auto rows = table.store->prepare("select count(*) from dynamodb_item");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 0);
}

}  // namespace
}  // namespace live::cloud::dynamodb
