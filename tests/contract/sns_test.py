"""SNS through clients we did not write: boto3 and Debian's AWS CLI. All of it would hold on AWS too."""

import hashlib
import json
import pathlib
import sys
import time
import unittest
import warnings

from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import REGION, Cloud  # noqa: E402
from functions import make_native, make_role  # noqa: E402

LISTENER = """
def handle(event, context):
    print("GOT " + json.dumps(event))
"""


def setUpModule():
    global cloud, sns, listener
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    sns = cloud.client("sns")
    listener = make_native(cloud, make_role(cloud), "listener", LISTENER)
    cloud.client("lambda").add_permission(FunctionName="listener", StatementId="sns", Action="lambda:InvokeFunction",
                                          Principal="sns.amazonaws.com")


class SNSTest(unittest.TestCase):
    def topic(self, **more):
        return sns.create_topic(Name="t-" + hashlib.sha1(self.id().encode()).hexdigest()[:16], **more)["TopicArn"]

    def fails(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        return error["Code"], error["Message"]

    def subscribe(self, topic, **attributes):
        return sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=listener, Attributes=attributes,
                             ReturnSubscriptionArn=True)["SubscriptionArn"]

    def events(self, topic, count):
        """The events of this topic that the function got, once there are so many of them."""
        logs = cloud.client("logs")
        deadline = time.time() + 20
        while True:
            found = []
            try:
                pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/listener",
                                                                         filterPattern='"GOT "')
                lines = [line["message"] for page in pages for line in page["events"]]
            except logs.exceptions.ResourceNotFoundException:
                lines = []
            for line in lines:
                event = json.loads(line.partition("GOT ")[2])
                if event["Records"][0]["Sns"]["TopicArn"] == topic:
                    found.append(event)
            if len(found) >= count or time.time() > deadline:
                return found
            time.sleep(0.1)

    def texts(self, topic, count):
        return sorted(event["Records"][0]["Sns"]["Message"] for event in self.events(topic, count))


class TopicTest(SNSTest):
    def test_a_topic_is_made_once_and_described(self):
        topic = self.topic(Attributes={"DisplayName": "shown"}, Tags=[{"Key": "a", "Value": "1"}])
        self.assertTrue(topic.startswith(f"arn:aws:sns:{REGION}:{cloud.account}:t-"))
        self.assertEqual(self.topic(Attributes={"DisplayName": "shown"}), topic)
        self.assertEqual(self.topic(), topic)
        attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        self.assertEqual((attributes["TopicArn"], attributes["DisplayName"], attributes["Owner"]),
                         (topic, "shown", cloud.account))
        self.assertEqual(json.loads(attributes["Policy"])["Statement"][0]["Resource"], topic)
        sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="other")
        self.assertEqual(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"], "other")
        self.assertIn(topic, [one["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for one in page["Topics"]])
        sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "b", "Value": "2"}])
        sns.untag_resource(ResourceArn=topic, TagKeys=["a"])
        self.assertEqual(sns.list_tags_for_resource(ResourceArn=topic)["Tags"], [{"Key": "b", "Value": "2"}])
        sns.delete_topic(TopicArn=topic)
        self.assertEqual(self.fails(sns.get_topic_attributes, TopicArn=topic), ("NotFound", "Topic does not exist"))
        sns.delete_topic(TopicArn=topic)

    def test_what_is_wrong_or_not_supported_is_refused(self):
        topic = self.topic()
        self.assertEqual(self.fails(sns.create_topic, Name="a b")[0], "InvalidParameter")
        self.assertIn("FIFO", self.fails(sns.create_topic, Name="q.fifo", Attributes={"FifoTopic": "true"})[1])
        self.assertIn("email", self.fails(sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="a@b.c")[1])
        self.assertEqual(self.fails(sns.publish, TopicArn=topic + "x", Message="m"), ("NotFound", "Topic does not exist"))
        self.assertEqual(self.fails(sns.publish, TopicArn=topic, Message="m" * (256 * 1024 + 1)),
                         ("InvalidParameter", "Invalid parameter: Message too long"))
        self.assertEqual(self.fails(sns.publish, TopicArn=topic, Message="")[0], "InvalidParameter")

    def test_permissions_are_statements_of_the_policy(self):
        topic = self.topic()
        sns.add_permission(TopicArn=topic, Label="L", AWSAccountId=["111111111111"], ActionName=["Publish"])
        statements = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
        self.assertEqual([one["Sid"] for one in statements], ["__default_statement_ID", "L"])
        sns.remove_permission(TopicArn=topic, Label="L")
        statements = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
        self.assertEqual(len(statements), 1)


class SubscriptionTest(SNSTest):
    def test_a_subscription_is_made_once_and_listed(self):
        topic = self.topic()
        arn = self.subscribe(topic, FilterPolicy='{"a": ["b"]}')
        self.assertEqual(self.subscribe(topic, FilterPolicy='{"a": ["b"]}'), arn)
        self.assertTrue(arn.startswith(topic + ":"))
        listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual(listed, [{"SubscriptionArn": arn, "Owner": cloud.account, "Protocol": "lambda",
                                   "Endpoint": listener, "TopicArn": topic}])
        self.assertIn(listed[0], sns.list_subscriptions()["Subscriptions"])
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        self.assertEqual((json.loads(attributes["FilterPolicy"]), attributes["FilterPolicyScope"],
                          attributes["PendingConfirmation"]), ({"a": ["b"]}, "MessageAttributes", "false"))
        sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="{}")
        self.assertNotIn("FilterPolicy", sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"])
        self.assertEqual(self.fails(sns.set_subscription_attributes, SubscriptionArn=arn, AttributeName="FilterPolicy",
                                    AttributeValue='{"a": {"b": ["c"]}}')[0], "InvalidParameter")
        sns.unsubscribe(SubscriptionArn=arn)
        self.assertEqual(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"], [])
        self.assertEqual(self.fails(sns.get_subscription_attributes, SubscriptionArn=arn)[0], "NotFound")


class DeliveryTest(SNSTest):
    def test_the_function_gets_sns_event(self):
        topic = self.topic()
        subscription = self.subscribe(topic)
        published = sns.publish(TopicArn=topic, Message="hellö <&>", Subject="about", MessageAttributes={
            "s": {"DataType": "String", "StringValue": "text"}, "n": {"DataType": "Number", "StringValue": "1.5"},
            "b": {"DataType": "Binary", "BinaryValue": b"\x01\x02"}})
        event, = self.events(topic, 1)
        record, = event["Records"]
        self.assertEqual((record["EventSource"], record["EventVersion"], record["EventSubscriptionArn"]),
                         ("aws:sns", "1.0", subscription))
        got = record["Sns"]
        self.assertEqual((got["Type"], got["MessageId"], got["TopicArn"], got["Subject"], got["Message"]),
                         ("Notification", published["MessageId"], topic, "about", "hellö <&>"))
        self.assertEqual(got["MessageAttributes"], {"s": {"Type": "String", "Value": "text"},
                                                    "n": {"Type": "Number", "Value": "1.5"},
                                                    "b": {"Type": "Binary", "Value": "AQI="}})
        self.assertRegex(got["Timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(set(got), {"Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion",
                                    "Signature", "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"})

    def test_a_message_for_each_protocol(self):
        topic = self.topic()
        self.subscribe(topic)
        sns.publish(TopicArn=topic, MessageStructure="json", Message=json.dumps({"default": "d", "lambda": "l"}))
        sns.publish(TopicArn=topic, MessageStructure="json", Message=json.dumps({"default": "d2", "sms": "s"}))
        self.assertEqual(self.texts(topic, 2), ["d2", "l"])
        self.assertEqual(self.fails(sns.publish, TopicArn=topic, MessageStructure="json", Message='{"lambda":"l"}'),
                         ("InvalidParameter",
                          "Invalid parameter: Message Structure - No default entry in JSON message body"))

    def test_batches(self):
        topic = self.topic()
        self.subscribe(topic)
        answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "a", "Message": "one"}, {"Id": "b", "Message": "two", "Subject": "s" * 101},
            {"Id": "c", "Message": "three"}])
        self.assertEqual([one["Id"] for one in answer["Successful"]], ["a", "c"])
        self.assertEqual([(one["Id"], one["SenderFault"]) for one in answer["Failed"]], [("b", True)])
        self.assertEqual(self.texts(topic, 2), ["one", "three"])
        twice = [{"Id": "a", "Message": "m"}, {"Id": "a", "Message": "m"}]
        self.assertIn(self.fails(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=twice)[0],
                      ("BatchEntryIdsNotDistinct", "BatchEntryIdsNotDistinctException"))

    def test_filters_on_attributes(self):
        topic = self.topic()
        self.subscribe(topic, FilterPolicy=json.dumps({
            "kind": ["order", {"prefix": "pay"}], "price": [{"numeric": [">", 1, "<=", 10]}],
            "shop": [{"anything-but": ["closed"]}], "test": [{"exists": False}]}))

        def publish(text, price="5", **attributes):
            attributes = {"kind": "order", "shop": "open", **attributes}
            sns.publish(TopicArn=topic, Message=text, MessageAttributes={
                "price": {"DataType": "Number", "StringValue": price},
                **{name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}})
        publish("no kind", kind="refund")
        publish("too dear", price="10.5")
        publish("closed", shop="closed")
        publish("a test", test="yes")
        publish("yes 1")
        publish("yes 2", kind="payment", price="10")
        self.assertEqual(self.texts(topic, 2), ["yes 1", "yes 2"])

    def test_filters_on_the_body(self):
        topic = self.topic()
        self.subscribe(topic, FilterPolicyScope="MessageBody", FilterPolicy='{"order": {"items": {"kind": ["book"]}}}')
        for body in ({"order": {"items": [{"kind": "pen"}, {"kind": "book"}], "n": 1}}, {"order": {"items": {"kind": "pen"}}}, {}):
            sns.publish(TopicArn=topic, Message=json.dumps(body))
        sns.publish(TopicArn=topic, Message="no JSON")
        sns.publish(TopicArn=topic, Message='{"order": {"items": {"kind": "book"}, "n": 2}}')
        self.assertEqual(sorted(json.loads(text)["order"]["n"] for text in self.texts(topic, 2)), [1, 2])


class CommandLineTest(SNSTest):
    def test_the_aws_cli_publishes(self):
        topic = cloud.aws("sns", "create-topic", "--name", "from-the-cli")["TopicArn"]
        self.subscribe(topic)
        cloud.aws("sns", "publish", "--topic-arn", topic, "--message", "typed")
        self.assertEqual(self.texts(topic, 1), ["typed"])


if __name__ == "__main__":
    unittest.main()
