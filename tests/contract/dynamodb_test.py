"""DynamoDB through clients we did not write: boto3 and Debian's AWS CLI. All of it would hold on AWS too."""

import decimal
import hashlib
import json
import time
import unittest

import boto3
import botocore.exceptions
from boto3.dynamodb.conditions import Attr, Key

from cloud import REGION, Cloud


class DynamoDBTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)
        cls.db = cls.cloud.client("dynamodb")
        cls.resource = boto3.resource("dynamodb", region_name=REGION, endpoint_url=cls.cloud.endpoint,
                                      aws_access_key_id="test", aws_secret_access_key="test")

    def table(self, range_type=None, **more):
        name = "t-" + hashlib.sha1(self.id().encode()).hexdigest()[:16]
        attributes = [{"AttributeName": "pk", "AttributeType": "S"}] + more.pop("attributes", [])
        schema = [{"AttributeName": "pk", "KeyType": "HASH"}]
        if range_type:
            attributes.append({"AttributeName": "sk", "AttributeType": range_type})
            schema.append({"AttributeName": "sk", "KeyType": "RANGE"})
        self.db.create_table(TableName=name, AttributeDefinitions=attributes, KeySchema=schema,
                             BillingMode="PAY_PER_REQUEST", **more)
        return self.resource.Table(name)

    def fails(self, call, **arguments):
        """Code and message that a call ends with."""
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        return error["Code"], error["Message"]


class TableTest(DynamoDBTest):
    def test_a_table_is_described_as_it_was_made(self):
        table = self.table("N", attributes=[{"AttributeName": "g", "AttributeType": "S"}], GlobalSecondaryIndexes=[
            {"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"}}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        described = self.db.describe_table(TableName=table.name)["Table"]
        self.assertEqual(described["TableStatus"], "ACTIVE")
        self.assertEqual(described["TableArn"], f"arn:aws:dynamodb:{REGION}:{self.cloud.account}:table/{table.name}")
        self.assertEqual(described["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
        self.assertLess(abs(described["CreationDateTime"].timestamp() - time.time()), 60)
        self.assertEqual(described["GlobalSecondaryIndexes"][0]["IndexStatus"], "ACTIVE")
        self.assertTrue(described["LatestStreamArn"].startswith(described["TableArn"] + "/stream/"))
        self.assertIn(table.name, self.db.list_tables()["TableNames"])
        self.db.get_waiter("table_exists").wait(TableName=table.name)

    def test_errors_of_tables(self):
        table = self.table()
        again = {"TableName": table.name, "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                 "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
        self.assertEqual(self.fails(self.db.create_table, **again),
                         ("ResourceInUseException", f"Table already exists: {table.name}"))
        again.pop("BillingMode")
        self.assertEqual(self.fails(self.db.create_table, **dict(again, TableName="other"))[0], "ValidationException")
        self.assertEqual(self.fails(self.db.describe_table, TableName="none"),
                         ("ResourceNotFoundException", "Requested resource not found: Table: none not found"))
        self.assertEqual(self.fails(self.db.get_item, TableName="none", Key={"pk": {"S": "a"}}),
                         ("ResourceNotFoundException", "Requested resource not found"))
        self.db.delete_table(TableName=table.name)
        self.assertEqual(self.fails(self.db.describe_table, TableName=table.name)[0], "ResourceNotFoundException")

    def test_time_to_live_tags_and_backups(self):
        name = self.table().name
        self.assertEqual(self.db.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
                         {"TimeToLiveStatus": "DISABLED"})
        spec = {"Enabled": True, "AttributeName": "ttl"}
        self.db.update_time_to_live(TableName=name, TimeToLiveSpecification=spec)
        self.assertEqual(self.db.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
                         {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"})
        self.assertEqual(self.fails(self.db.update_time_to_live, TableName=name, TimeToLiveSpecification=spec),
                         ("ValidationException", "TimeToLive is already enabled"))
        backups = self.db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        self.assertEqual(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "DISABLED")
        arn = self.db.describe_table(TableName=name)["Table"]["TableArn"]
        self.db.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        self.db.untag_resource(ResourceArn=arn, TagKeys=["a"])
        self.assertEqual(self.db.list_tags_of_resource(ResourceArn=arn)["Tags"], [{"Key": "b", "Value": "2"}])

    def test_an_index_added_later_holds_the_items_that_were_there(self):
        table = self.table()
        table.put_item(Item={"pk": "a", "g": "x"})
        table.put_item(Item={"pk": "b"})
        self.db.update_table(TableName=table.name, AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
                             GlobalSecondaryIndexUpdates=[{"Create": {
                                 "IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                 "Projection": {"ProjectionType": "KEYS_ONLY"}}}])
        self.assertEqual(table.query(IndexName="by-g", KeyConditionExpression=Key("g").eq("x"))["Items"],
                         [{"pk": "a", "g": "x"}])
        self.assertEqual(table.scan(IndexName="by-g")["Count"], 1)

    def test_state_outlives_the_process(self):
        table = self.table()
        table.put_item(Item={"pk": "a"})
        self.cloud.restart()
        type(self).db = self.cloud.client("dynamodb")
        type(self).resource = boto3.resource("dynamodb", region_name=REGION, endpoint_url=self.cloud.endpoint,
                                             aws_access_key_id="test", aws_secret_access_key="test")
        self.assertEqual(self.resource.Table(table.name).get_item(Key={"pk": "a"})["Item"], {"pk": "a"})


class ItemTest(DynamoDBTest):
    def test_every_type_comes_back(self):
        table = self.table()
        item = {"pk": "k", "s": "ünï", "n": decimal.Decimal("1.50"), "b": b"\x00\xff", "t": True, "z": None,
                "ss": {"a", "b"}, "ns": {decimal.Decimal(1), decimal.Decimal(2)}, "bs": {b"x", b"y"},
                "l": ["a", decimal.Decimal(1), {"deep": [None, False]}], "m": {"k": {"inner": "v"}, "empty": {}}, "e": ""}
        table.put_item(Item=item)
        got = table.get_item(Key={"pk": "k"})["Item"]
        self.assertEqual({**got, "b": bytes(got["b"]), "bs": {bytes(one) for one in got["bs"]}}, item)

    def test_numbers_are_exact_and_normalised(self):
        name = self.table().name
        for given, kept in [("1.0", "1"), ("-0", "0"), ("1E2", "100"), ("0.00010", "0.0001"), ("+7", "7"),
                            ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
                            ("1E-130", "0." + "0" * 129 + "1"), ("9.9E125", "99" + "0" * 124)]:
            self.db.put_item(TableName=name, Item={"pk": {"S": "k"}, "n": {"N": given}})
            self.assertEqual(self.db.get_item(TableName=name, Key={"pk": {"S": "k"}})["Item"]["n"]["N"], kept)
        for bad, words in [("1" * 39, "more than 38 significant digits"), ("1E126", "Number overflow"),
                           ("1E-131", "Number underflow"), ("x", "cannot be converted to a numeric value")]:
            code, message = self.fails(self.db.put_item, TableName=name, Item={"pk": {"S": "k"}, "n": {"N": bad}})
            self.assertEqual(code, "ValidationException")
            self.assertIn(words, message)

    def test_items_are_validated_in_awss_words(self):
        name = self.table("N").name
        for item, message in [
                ({"pk": {"S": "a"}}, "One or more parameter values were invalid: Missing the key sk in the item"),
                ({"pk": {"N": "1"}, "sk": {"N": "1"}},
                 "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"),
                ({"pk": {"S": "a"}, "sk": {"N": "1"}, "x": {}},
                 "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
                ({"pk": {"S": "a"}, "sk": {"N": "1"}, "x": {"S": "x" * 410_000}},
                 "Item size has exceeded the maximum allowed size"),
                ({"pk": {"S": "a"}, "sk": {"N": "1"}, "x": {"SS": ["a", "a"]}},
                 "One or more parameter values were invalid: Input collection [a, a] contains duplicates.")]:
            self.assertEqual(self.fails(self.db.put_item, TableName=name, Item=item), ("ValidationException", message))
        self.assertEqual(self.fails(self.db.get_item, TableName=name, Key={"pk": {"S": "a"}}),
                         ("ValidationException", "The provided key element does not match the schema"))

    def test_return_values(self):
        table = self.table()
        self.assertNotIn("Attributes", table.put_item(Item={"pk": "k", "a": 1}, ReturnValues="ALL_OLD"))
        self.assertEqual(table.put_item(Item={"pk": "k", "a": 2, "b": 3}, ReturnValues="ALL_OLD")["Attributes"],
                         {"pk": "k", "a": 1})
        update = {"Key": {"pk": "k"}, "UpdateExpression": "SET a = a + :one", "ExpressionAttributeValues": {":one": 1}}
        for kind, expected in [("UPDATED_OLD", {"a": 2}), ("UPDATED_NEW", {"a": 4}),
                               ("ALL_OLD", {"pk": "k", "a": 4, "b": 3}), ("ALL_NEW", {"pk": "k", "a": 6, "b": 3})]:
            self.assertEqual(table.update_item(ReturnValues=kind, **update)["Attributes"], expected)
        self.assertNotIn("Attributes", table.update_item(**update))
        self.assertEqual(table.delete_item(Key={"pk": "k"}, ReturnValues="ALL_OLD")["Attributes"]["a"], 7)

    def test_update_expressions(self):
        table = self.table()
        table.put_item(Item={"pk": "k", "n": 10, "l": ["a", "b", "c", "d"], "m": {"x": {"y": 1}}, "s": {"a", "b"}})

        def update(expression, names=None, **values):
            more = {"ExpressionAttributeNames": names} if names else {}
            if values:
                more["ExpressionAttributeValues"] = {":" + name: value for name, value in values.items()}
            return table.update_item(Key={"pk": "k"}, UpdateExpression=expression, ReturnValues="ALL_NEW", **more)["Attributes"]
        self.assertEqual(update("SET n = n - :v, c = if_not_exists(c, :zero) + :v", v=3, zero=0)["n"], 7)
        self.assertEqual(update("SET l = list_append(:h, list_append(l, :h))", h=["z"])["l"], list("zabcdz"))
        self.assertEqual(update("REMOVE l[0], l[2], l[5]")["l"], list("acd"))
        self.assertEqual(update("SET l[9] = :e", e="e")["l"], list("acde"))
        self.assertEqual(update("SET m.x.#n = :v REMOVE m.x.y", {"#n": "new.name"}, v=2)["m"], {"x": {"new.name": 2}})
        self.assertEqual(update("ADD n :v, s :set DELETE gone :set", v=5, set={"c"})["s"], {"a", "b", "c"})
        self.assertNotIn("s", update("DELETE s :set", set={"a", "b", "c"}))
        swapped = update("SET n = c, c = n")
        self.assertEqual((swapped["n"], swapped["c"]), (3, 12))

    def test_updates_that_make_no_sense_are_refused(self):
        table = self.table()
        table.put_item(Item={"pk": "k", "s": "text"})
        for expression, values, message in [
                ("SET pk = :v", {":v": 1}, "One or more parameter values were invalid: Cannot update attribute pk. This "
                                           "attribute is part of the key"),
                ("SET a = b", None, "The provided expression refers to an attribute that does not exist in the item"),
                ("SET a.b = :v", {":v": 1}, "The document path provided in the update expression is invalid for update"),
                ("SET s = s + :v", {":v": 1}, "An operand in the update expression has an incorrect data type"),
                ("SET a = :w", {":v": 1}, "Invalid UpdateExpression: An expression attribute value used in expression is "
                                          "not defined; attribute value: :w"),
                ("SET a = :v, b = :v REMOVE c", {":v": 1, ":u": 1},
                 "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"),
                ("SET a = :v, a.b = :v", {":v": 1},
                 "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of "
                 "these paths; path one: [a], path two: [a, b]"),
                ("SET name = :v", {":v": 1},
                 "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name"),
                ("SET a = = :v", {":v": 1}, 'Invalid UpdateExpression: Syntax error; token: "=", near: "= = :v"')]:
            more = {"ExpressionAttributeValues": values} if values else {}
            self.assertEqual(self.fails(table.update_item, Key={"pk": "k"}, UpdateExpression=expression, **more),
                             ("ValidationException", message), expression)

    def test_conditions_decide(self):
        table = self.table()
        item = {"pk": "k", "n": 5, "s": "hello", "l": [1, 2], "set": {"a"}, "m": {"x": "y"}, "t": True}
        table.put_item(Item=item)
        true = [Attr("n").eq(5), Attr("n").ne(6), Attr("none").ne(1), Attr("n").lt(6), Attr("n").between(5, 9),
                Attr("n").is_in([1, 5]), Attr("s").begins_with("he"), Attr("s").contains("ell"), Attr("set").contains("a"),
                Attr("l").contains(2), Attr("m.x").eq("y"), Attr("l[1]").eq(2), Attr("m").attribute_type("M"),
                Attr("s").size().eq(5), Attr("none").not_exists(), Attr("n").exists() & ~Attr("none").exists(),
                Attr("n").eq(1) | Attr("t").eq(True)]
        for condition in true:
            table.put_item(Item=item, ConditionExpression=condition)
            self.assertEqual(self.fails(table.put_item, Item=item, ConditionExpression=~condition),
                             ("ConditionalCheckFailedException", "The conditional request failed"))
        self.assertEqual(self.fails(table.put_item, Item=item, ConditionExpression=Attr("s").lt(1))[0],
                         "ConditionalCheckFailedException")
        self.assertEqual(self.fails(table.update_item, Key={"pk": "new"}, UpdateExpression="SET a = :v",
                                    ConditionExpression="attribute_exists(pk)", ExpressionAttributeValues={":v": 1})[0],
                         "ConditionalCheckFailedException")
        self.assertNotIn("Item", table.get_item(Key={"pk": "new"}))

    def test_projection_and_capacity(self):
        table = self.table()
        table.put_item(Item={"pk": "k", "a": {"b": 1, "c": 2}, "l": [1, 2, 3], "x": 9})
        got = table.get_item(Key={"pk": "k"}, ProjectionExpression="a.b, l[2], l[0], #x, absent",
                             ExpressionAttributeNames={"#x": "x"}, ReturnConsumedCapacity="TOTAL", ConsistentRead=True)
        self.assertEqual(got["Item"], {"a": {"b": 1}, "l": [1, 3], "x": 9})
        self.assertEqual(got["ConsumedCapacity"], {"TableName": table.name, "CapacityUnits": 1})


class QueryTest(DynamoDBTest):
    def test_sort_keys_order_and_bound(self):
        table = self.table("N")
        numbers = [decimal.Decimal(n) for n in ("-1E30", "-12", "-1.5", "0", "1E-9", "0.5", "2", "10", "1E20")]
        for number in reversed(numbers):
            table.put_item(Item={"pk": "a", "sk": number})
            table.put_item(Item={"pk": "b", "sk": number})

        def query(condition, **more):
            return [one["sk"] for one in table.query(KeyConditionExpression=Key("pk").eq("a") & condition, **more)["Items"]]
        self.assertEqual([one["sk"] for one in table.query(KeyConditionExpression=Key("pk").eq("a"))["Items"]], numbers)
        self.assertEqual(query(Key("sk").gt(0), ScanIndexForward=False), numbers[:3:-1])
        self.assertEqual(query(Key("sk").lte(0)), numbers[:4])
        self.assertEqual(query(Key("sk").between(-12, 2)), numbers[1:7])
        self.assertEqual(query(Key("sk").eq(10)), [10])
        self.assertEqual(query(Key("sk").lt(-12)), numbers[:1])

    def test_pages_meet(self):
        table = self.table("S")
        for i in range(10):
            table.put_item(Item={"pk": "a", "sk": f"k{i}", "n": i})
        for forward in (True, False):
            for limit in (1, 3, 10):
                got, more = [], {}
                while True:
                    page = table.query(KeyConditionExpression=Key("pk").eq("a") & Key("sk").begins_with("k"),
                                       Limit=limit, ScanIndexForward=forward, **more)
                    got += [int(one["n"]) for one in page["Items"]]
                    if "LastEvaluatedKey" not in page:
                        break
                    more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
                self.assertEqual(got, list(range(10))[::1 if forward else -1])
        page = table.query(KeyConditionExpression=Key("pk").eq("a"), FilterExpression=Attr("n").gte(5), Limit=7)
        self.assertEqual((page["Count"], page["ScannedCount"]), (2, 7))
        page = table.query(KeyConditionExpression=Key("pk").eq("a"), Select="COUNT")
        self.assertEqual((page["Count"], "Items" in page), (10, False))

    def test_a_page_ends_at_a_megabyte(self):
        table = self.table("N")
        for i in range(5):
            table.put_item(Item={"pk": "a", "sk": i, "x": "x" * 300_000})
        page = table.query(KeyConditionExpression=Key("pk").eq("a"))
        self.assertEqual((page["Count"], page["LastEvaluatedKey"]), (4, {"pk": "a", "sk": 3}))
        pages = self.db.get_paginator("scan").paginate(TableName=table.name)
        self.assertEqual(sum(page["Count"] for page in pages), 5)

    def test_indexes_follow_the_items(self):
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["kept"]}
        table = self.table("S", attributes=[{"AttributeName": "g", "AttributeType": "S"},
                                            {"AttributeName": "n", "AttributeType": "N"}],
                           GlobalSecondaryIndexes=[{"IndexName": "gsi", "Projection": projection, "KeySchema": [
                               {"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]}],
                           LocalSecondaryIndexes=[{"IndexName": "lsi", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
                               {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]}])
        for i in range(6):
            table.put_item(Item={"pk": "p", "sk": str(i), "g": "g" + str(i % 2), "n": -i, "kept": i, "lost": i})
        found = table.query(IndexName="gsi", KeyConditionExpression=Key("g").eq("g0"))["Items"]
        self.assertEqual(found[0], {"pk": "p", "sk": "4", "g": "g0", "n": -4, "kept": 4})
        self.assertEqual([one["sk"] for one in table.query(IndexName="lsi", KeyConditionExpression=Key("pk").eq("p"))["Items"]],
                         list("543210"))
        table.update_item(Key={"pk": "p", "sk": "4"}, UpdateExpression="SET g = :g", ExpressionAttributeValues={":g": "g1"})
        table.update_item(Key={"pk": "p", "sk": "2"}, UpdateExpression="REMOVE g")
        table.delete_item(Key={"pk": "p", "sk": "1"})
        self.assertEqual([one["sk"] for one in table.query(IndexName="gsi", KeyConditionExpression=Key("g").eq("g0"))["Items"]], ["0"])
        got, more = [], {}
        while True:
            page = table.query(IndexName="gsi", KeyConditionExpression=Key("g").eq("g1"), Limit=1, **more)
            got += [one["sk"] for one in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        self.assertEqual(got, ["5", "4", "3"])
        self.assertEqual(self.fails(table.put_item, Item={"pk": "p", "sk": "x", "g": 1})[0], "ValidationException")

    def test_queries_that_make_no_sense_are_refused(self):
        name = self.table("S").name
        for expression, values, message in [
                ("sk = :v", {":v": {"S": "a"}}, "Query condition missed key schema element: pk"),
                ("pk > :v", {":v": {"S": "a"}}, "Query key condition not supported"),
                ("pk = :v", {":v": {"N": "1"}}, "One or more parameter values were invalid: Condition parameter type does "
                                                "not match schema type"),
                ("pk = :v AND another = :v", {":v": {"S": "a"}}, "Query condition missed key schema element: sk")]:
            self.assertEqual(self.fails(self.db.query, TableName=name, KeyConditionExpression=expression,
                                        ExpressionAttributeValues=values), ("ValidationException", message))

    def test_parallel_scans_share_the_table(self):
        table = self.table()
        for i in range(30):
            table.put_item(Item={"pk": str(i)})
        parts = [[one["pk"] for one in table.scan(Segment=n, TotalSegments=3)["Items"]] for n in range(3)]
        self.assertEqual(sorted(sum(parts, [])), sorted(str(i) for i in range(30)))
        self.assertTrue(all(len(part) < 30 for part in parts))


class BatchTest(DynamoDBTest):
    def test_batches(self):
        table = self.table()
        with table.batch_writer() as batch:
            for i in range(60):
                batch.put_item(Item={"pk": str(i)})
            batch.delete_item(Key={"pk": "0"})
        keys = [{"pk": str(i)} for i in range(100)]
        got = self.resource.batch_get_item(RequestItems={table.name: {"Keys": keys}})
        self.assertEqual(len(got["Responses"][table.name]), 59)
        self.assertEqual(got["UnprocessedKeys"], {})
        keys.append({"pk": "x"})
        self.assertEqual(self.fails(self.resource.batch_get_item, RequestItems={table.name: {"Keys": keys}})[0],
                         "ValidationException")
        twice = {table.name: {"Keys": [{"pk": "1"}, {"pk": "1"}]}}
        self.assertEqual(self.fails(self.resource.batch_get_item, RequestItems=twice),
                         ("ValidationException", "Provided list of item keys contains duplicates"))

    def test_a_transaction_happens_whole_or_not_at_all(self):
        name = self.table().name

        def put(key, **more):
            return {"Put": dict({"TableName": name, "Item": {"pk": {"S": key}}}, **more)}
        self.db.transact_write_items(TransactItems=[put("a"), put("b")])
        with self.assertRaises(self.db.exceptions.TransactionCanceledException) as caught:
            self.db.transact_write_items(TransactItems=[put("c"), put("a", ConditionExpression="attribute_not_exists(pk)")])
        self.assertEqual([reason["Code"] for reason in caught.exception.response["CancellationReasons"]],
                         ["None", "ConditionalCheckFailed"])
        self.assertIn("[None, ConditionalCheckFailed]", caught.exception.response["Error"]["Message"])
        keys = [{"Get": {"TableName": name, "Key": {"pk": {"S": key}}}} for key in "abc"]
        responses = self.db.transact_get_items(TransactItems=keys)["Responses"]
        self.assertEqual(["Item" in one for one in responses], [True, True, False])
        increment = {"Update": {"TableName": name, "Key": {"pk": {"S": "a"}}, "UpdateExpression": "ADD n :one",
                                "ExpressionAttributeValues": {":one": {"N": "1"}}}}
        for _ in range(2):
            self.db.transact_write_items(TransactItems=[increment], ClientRequestToken="once")
        self.assertEqual(self.db.get_item(TableName=name, Key={"pk": {"S": "a"}})["Item"]["n"], {"N": "1"})
        self.assertEqual(self.fails(self.db.transact_write_items, TransactItems=[increment, increment])[0],
                         "ValidationException")


class CommandLineTest(DynamoDBTest):
    def test_the_aws_cli_writes_and_reads(self):
        name = self.table().name
        self.cloud.aws("dynamodb", "put-item", "--table-name", name, "--item", json.dumps({"pk": {"S": "k"}, "n": {"N": "1"}}))
        got = self.cloud.aws("dynamodb", "get-item", "--table-name", name, "--key", '{"pk": {"S": "k"}}')
        self.assertEqual(got["Item"], {"pk": {"S": "k"}, "n": {"N": "1"}})
        self.cloud.aws("dynamodb", "wait", "table-exists", "--table-name", name)


if __name__ == "__main__":
    unittest.main()
