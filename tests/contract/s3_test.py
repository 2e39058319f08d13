"""S3 through clients we did not write: boto3 and Debian's AWS CLI. All of it would hold on AWS too."""

import base64
import hashlib
import io
import json
import pathlib
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import botocore.config
import botocore.exceptions

from cloud import REGION, Cloud
from functions import make_native, make_role

NOTIFIED = """
def handle(event, context):
    print(json.dumps(event))
"""


def code(call, *arguments, **keywords):
    """The error code that a call ends with."""
    try:
        call(*arguments, **keywords)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return None


class S3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = Cloud()
        cls.addClassCleanup(cls.cloud.stop)
        cls.s3 = cls.cloud.client("s3")

    def bucket(self, versioned=False):
        name = "b-" + hashlib.sha1(self.id().encode()).hexdigest()[:20]
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if versioned:
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def put(self, bucket, key, body=b"x", **more):
        return self.s3.put_object(Bucket=bucket, Key=key, Body=body, **more)

    def body(self, bucket, key, **more):
        return self.s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


class BucketTest(S3Test):
    def test_a_bucket_is_listed_located_and_deleted_when_empty(self):
        bucket = self.bucket()
        self.assertIn(bucket, [one["Name"] for one in self.s3.list_buckets()["Buckets"]])
        self.assertEqual(self.s3.get_bucket_location(Bucket=bucket)["LocationConstraint"], REGION)
        head = self.s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
        self.assertEqual(head["x-amz-bucket-region"], REGION)
        self.put(bucket, "k")
        self.assertEqual(code(self.s3.delete_bucket, Bucket=bucket), "BucketNotEmpty")
        self.s3.delete_object(Bucket=bucket, Key="k")
        self.s3.delete_bucket(Bucket=bucket)
        self.assertEqual(code(self.s3.head_bucket, Bucket=bucket), "404")
        self.assertEqual(code(self.s3.list_objects_v2, Bucket=bucket), "NoSuchBucket")

    def test_names_and_owners_are_checked(self):
        bucket = self.bucket()
        again = {"Bucket": bucket, "CreateBucketConfiguration": {"LocationConstraint": REGION}}
        self.assertEqual(code(self.s3.create_bucket, **again), "BucketAlreadyOwnedByYou")
        again["Bucket"] = "Has-Capitals"
        self.assertEqual(code(self.s3.create_bucket, **again), "InvalidBucketName")
        self.assertEqual(code(self.s3.create_bucket, Bucket="no-region"), "IllegalLocationConstraintException")

    def test_a_new_bucket_has_the_defaults_of_aws(self):
        bucket = self.bucket()
        rule = self.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertEqual(rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
        blocked = self.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        self.assertEqual(set(blocked.values()), {True})
        controls = self.s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
        self.assertEqual(controls["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}])
        self.assertNotIn("Status", self.s3.get_bucket_versioning(Bucket=bucket))
        self.assertEqual(code(self.s3.get_bucket_policy, Bucket=bucket), "NoSuchBucketPolicy")
        self.assertEqual(code(self.s3.get_bucket_tagging, Bucket=bucket), "NoSuchTagSet")
        self.assertEqual(code(self.s3.get_bucket_cors, Bucket=bucket), "NoSuchCORSConfiguration")
        self.assertEqual(code(self.s3.get_bucket_lifecycle_configuration, Bucket=bucket),
                         "NoSuchLifecycleConfiguration")

    def test_configurations_come_back_as_they_were_put(self):
        bucket = self.bucket()
        lifecycle = {"Rules": [{"ID": "gone", "Status": "Enabled", "Filter": {"Prefix": "payloads/"},
                                "Expiration": {"Days": 1}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
                               {"ID": "both", "Status": "Disabled",
                                "Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}]}},
                                "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]}
        self.s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle)
        self.assertEqual(self.s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"], lifecycle["Rules"])
        cors = {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"],
                               "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 30}]}
        self.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=cors)
        self.assertEqual(self.s3.get_bucket_cors(Bucket=bucket)["CORSRules"], cors["CORSRules"])
        tags = [{"Key": "stage", "Value": "dev & test <1>"}]
        self.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
        self.assertEqual(self.s3.get_bucket_tagging(Bucket=bucket)["TagSet"], tags)
        notification = {"LambdaFunctionConfigurations": [{
            "Id": "n", "LambdaFunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:f",
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}]}}}]}
        self.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notification)
        kept = self.s3.get_bucket_notification_configuration(Bucket=bucket)
        self.assertEqual(kept["LambdaFunctionConfigurations"], notification["LambdaFunctionConfigurations"])
        policy = '{"Version":"2012-10-17","Statement":[]}'
        self.s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        self.assertEqual(self.s3.get_bucket_policy(Bucket=bucket)["Policy"], policy)
        self.s3.delete_bucket_policy(Bucket=bucket)
        self.assertEqual(code(self.s3.get_bucket_policy, Bucket=bucket), "NoSuchBucketPolicy")
        self.assertEqual(code(self.s3.put_bucket_policy, Bucket=bucket, Policy="no"), "MalformedPolicy")

    def test_what_is_not_supported_says_so(self):
        bucket = self.bucket()
        self.assertEqual(code(self.s3.get_bucket_website, Bucket=bucket), "NotImplemented")
        self.assertEqual(code(self.s3.put_bucket_acl, Bucket=bucket, ACL="public-read"), "AccessControlListNotSupported")


class ObjectTest(S3Test):
    def test_an_object_comes_back_with_its_headers_and_metadata(self):
        bucket = self.bucket()
        put = self.put(bucket, "a/b.json", b'{"a":1}', ContentType="application/json", CacheControl="no-store",
                       Metadata={"Who": "me", "text": "a b"}, ServerSideEncryption="AES256")
        self.assertEqual(put["ETag"], '"%s"' % hashlib.md5(b'{"a":1}').hexdigest())
        self.assertEqual(put["ServerSideEncryption"], "AES256")
        got = self.s3.get_object(Bucket=bucket, Key="a/b.json")
        self.assertEqual(got["Body"].read(), b'{"a":1}')
        self.assertEqual((got["ContentType"], got["CacheControl"]), ("application/json", "no-store"))
        self.assertEqual(got["Metadata"], {"who": "me", "text": "a b"})
        head = self.s3.head_object(Bucket=bucket, Key="a/b.json")
        self.assertEqual((head["ContentLength"], head["ETag"]), (7, put["ETag"]))
        self.assertEqual(head["LastModified"], got["LastModified"])

    def test_any_key_works(self):
        bucket = self.bucket()
        keys = ["plain", "with space", "plus+sign", "a/../b", "../up", "./dot", "//double//", "ünï/çødé/日本語", "q?a=1&b=2",
                "hash#tag", "percent%20", "quote'\"", "a\\b", "colon:semi;", "tilde~", "<xml>&amp;", "emoji😀", "end/"]
        for key in keys:
            self.put(bucket, key, key.encode())
        for key in keys:
            self.assertEqual(self.body(bucket, key), key.encode(), key)
        listed = [one["Key"] for one in self.s3.list_objects_v2(Bucket=bucket)["Contents"]]
        self.assertEqual(listed, sorted(keys, key=lambda key: key.encode()))
        deleted = self.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
        self.assertEqual(sorted(one["Key"] for one in deleted["Deleted"]), sorted(keys))
        self.assertNotIn("Contents", self.s3.list_objects_v2(Bucket=bucket))

    def test_sizes_from_nothing_to_several_megabytes(self):
        bucket = self.bucket()
        for size in (0, 1, 4096, 4097, 131072, 6 * 1024 * 1024):
            body = bytes(i * 7 % 251 for i in range(1024)) * (size // 1024) + b"z" * (size % 1024)
            self.put(bucket, "k", body)
            self.assertEqual(self.body(bucket, "k"), body)

    def test_ranges(self):
        bucket = self.bucket()
        self.put(bucket, "k", b"0123456789")
        for header, expected, shown in [("bytes=2-4", b"234", "bytes 2-4/10"), ("bytes=7-", b"789", "bytes 7-9/10"),
                                        ("bytes=-3", b"789", "bytes 7-9/10"), ("bytes=0-99", b"0123456789", "bytes 0-9/10")]:
            got = self.s3.get_object(Bucket=bucket, Key="k", Range=header)
            self.assertEqual((got["Body"].read(), got["ContentRange"]), (expected, shown))
            self.assertEqual(got["ResponseMetadata"]["HTTPStatusCode"], 206)
        self.assertEqual(code(self.s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-"), "InvalidRange")
        self.assertEqual(self.body(bucket, "k", Range="lines=1-2"), b"0123456789")

    def test_conditions_on_reading(self):
        bucket = self.bucket()
        etag = self.put(bucket, "k")["ETag"]
        when = self.s3.head_object(Bucket=bucket, Key="k")["LastModified"]
        self.assertEqual(self.body(bucket, "k", IfMatch=etag), b"x")
        self.assertEqual(code(self.s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"'), "PreconditionFailed")
        self.assertEqual(code(self.s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag), "304")
        self.assertEqual(code(self.s3.head_object, Bucket=bucket, Key="k", IfNoneMatch=etag), "304")
        self.assertEqual(code(self.s3.get_object, Bucket=bucket, Key="k", IfModifiedSince=when), "304")

    def test_what_is_missing_is_named(self):
        bucket = self.bucket()
        with self.assertRaises(self.s3.exceptions.NoSuchKey) as caught:
            self.s3.get_object(Bucket=bucket, Key="none")
        self.assertEqual(caught.exception.response["Error"]["Key"], "none")
        self.assertEqual(code(self.s3.head_object, Bucket=bucket, Key="none"), "404")
        self.s3.delete_object(Bucket=bucket, Key="none")

    def test_response_headers_can_be_overridden(self):
        bucket = self.bucket()
        self.put(bucket, "k")
        got = self.s3.get_object(Bucket=bucket, Key="k", ResponseContentType="text/x", ResponseCacheControl="private")
        self.assertEqual((got["ContentType"], got["CacheControl"]), ("text/x", "private"))

    def test_copies_keep_or_replace_metadata(self):
        bucket = self.bucket()
        self.put(bucket, "a b/ü", b"body", Metadata={"m": "1"}, ContentType="text/x")
        source = {"Bucket": bucket, "Key": "a b/ü"}
        result = self.s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)["CopyObjectResult"]
        self.assertEqual(result["ETag"], '"%s"' % hashlib.md5(b"body").hexdigest())
        copy = self.s3.get_object(Bucket=bucket, Key="copy")
        self.assertEqual((copy["Metadata"], copy["ContentType"], copy["Body"].read()), ({"m": "1"}, "text/x", b"body"))
        self.s3.copy_object(Bucket=bucket, Key="copy", CopySource=source, Metadata={"n": "2"}, MetadataDirective="REPLACE")
        self.assertEqual(self.s3.head_object(Bucket=bucket, Key="copy")["Metadata"], {"n": "2"})
        self.assertEqual(code(self.s3.copy_object, Bucket=bucket, Key="a b/ü", CopySource=source), "InvalidRequest")
        source["Key"] = "none"
        self.assertEqual(code(self.s3.copy_object, Bucket=bucket, Key="copy", CopySource=source), "NoSuchKey")

    def test_object_tags(self):
        bucket = self.bucket()
        self.put(bucket, "k", Tagging="a=1&b=2")
        self.assertEqual(self.s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"],
                         [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        self.s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": "3"}]})
        self.assertEqual(self.s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"], [{"Key": "c", "Value": "3"}])
        self.s3.delete_object_tagging(Bucket=bucket, Key="k")
        self.assertEqual(self.s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"], [])

    def test_a_conditional_write_happens_once(self):
        bucket = self.bucket()

        def put(**headers):
            client = self.cloud.client("s3")

            def add(params, **_):
                params["headers"].update(headers)
            client.meta.events.register("before-call.s3.PutObject", add)
            return code(client.put_object, Bucket=bucket, Key="k", Body=b"x")
        self.assertIsNone(put(**{"If-None-Match": "*"}))
        self.assertEqual(put(**{"If-None-Match": "*"}), "PreconditionFailed")
        self.assertIsNone(put(**{"If-Match": '"%s"' % hashlib.md5(b"x").hexdigest()}))
        self.assertEqual(put(**{"If-Match": '"0"'}), "PreconditionFailed")

    def test_wrong_checksums_are_refused(self):
        bucket = self.bucket()
        wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
        self.assertEqual(code(self.put, bucket, "k", ContentMD5=wrong), "BadDigest")
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        self.assertIn(code(self.put, bucket, "k", ChecksumSHA256=wrong), ("BadDigest", "InvalidRequest"))
        self.assertEqual(code(self.s3.head_object, Bucket=bucket, Key="k"), "404")

    def test_checksums_are_kept_and_shown(self):
        bucket = self.bucket()
        sha256 = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
        self.put(bucket, "k", ChecksumAlgorithm="SHA256")
        self.assertEqual(self.s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"], sha256)
        self.assertNotIn("ChecksumSHA256", self.s3.head_object(Bucket=bucket, Key="k"))
        for algorithm in ("CRC32", "SHA1"):
            self.put(bucket, "k", ChecksumAlgorithm=algorithm)
            self.assertEqual(self.body(bucket, "k", ChecksumMode="ENABLED"), b"x")


class ListTest(S3Test):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = "listing-bucket"
        cls.s3.create_bucket(Bucket=cls.name, CreateBucketConfiguration={"LocationConstraint": REGION})
        cls.keys = sorted([f"a/{i:02}" for i in range(7)] + [f"b/c/{i}" for i in range(5)] + ["a", "b", "z +ü"],
                          key=lambda key: key.encode())
        for key in cls.keys:
            cls.s3.put_object(Bucket=cls.name, Key=key, Body=b"x")

    def test_pages_meet_without_gap_or_overlap(self):
        for size in (1, 2, 3, 7, 100):
            for operation in ("list_objects_v2", "list_objects"):
                pages = self.s3.get_paginator(operation).paginate(Bucket=self.name, PaginationConfig={"PageSize": size})
                keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
                self.assertEqual(keys, self.keys, (operation, size))

    def test_delimiters_make_common_prefixes_once(self):
        for size in (1, 2, 3, 100):
            for operation in ("list_objects_v2", "list_objects"):
                pages = list(self.s3.get_paginator(operation).paginate(
                    Bucket=self.name, Delimiter="/", PaginationConfig={"PageSize": size}))
                prefixes = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
                keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
                self.assertEqual((prefixes, keys), (["a/", "b/"], ["a", "b", "z +ü"]), (operation, size))

    def test_prefix_start_and_limits(self):
        page = self.s3.list_objects_v2(Bucket=self.name, Prefix="b/", Delimiter="/")
        self.assertEqual([one["Prefix"] for one in page["CommonPrefixes"]], ["b/c/"])
        page = self.s3.list_objects_v2(Bucket=self.name, StartAfter="a/05", MaxKeys=2)
        self.assertEqual([one["Key"] for one in page["Contents"]], ["a/06", "b"])
        self.assertTrue(page["IsTruncated"])
        page = self.s3.list_objects_v2(Bucket=self.name, Prefix="nothing")
        self.assertEqual((page["KeyCount"], page["IsTruncated"]), (0, False))
        self.assertEqual(self.s3.list_objects_v2(Bucket=self.name, MaxKeys=0)["KeyCount"], 0)
        self.assertEqual(code(self.s3.list_objects_v2, Bucket=self.name, ContinuationToken="%%"), "InvalidArgument")


class VersionTest(S3Test):
    def test_versions_and_delete_markers(self):
        bucket = self.bucket(versioned=True)
        one = self.put(bucket, "k", b"one")["VersionId"]
        two = self.put(bucket, "k", b"two")["VersionId"]
        self.assertEqual(self.body(bucket, "k"), b"two")
        self.assertEqual(self.body(bucket, "k", VersionId=one), b"one")
        marker = self.s3.delete_object(Bucket=bucket, Key="k")
        self.assertTrue(marker["DeleteMarker"])
        self.assertEqual(code(self.s3.get_object, Bucket=bucket, Key="k"), "NoSuchKey")
        self.assertEqual(code(self.s3.get_object, Bucket=bucket, Key="k", VersionId=marker["VersionId"]),
                         "MethodNotAllowed")
        listed = self.s3.list_object_versions(Bucket=bucket)
        self.assertEqual([(v["VersionId"], v["IsLatest"]) for v in listed["Versions"]], [(two, False), (one, False)])
        self.assertEqual([v["VersionId"] for v in listed["DeleteMarkers"]], [marker["VersionId"]])
        self.assertNotIn("Contents", self.s3.list_objects_v2(Bucket=bucket))
        self.s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
        self.assertEqual(self.body(bucket, "k"), b"two")
        self.s3.delete_object(Bucket=bucket, Key="k", VersionId=two)
        self.assertEqual(self.body(bucket, "k"), b"one")
        self.assertEqual(code(self.s3.delete_bucket, Bucket=bucket), "BucketNotEmpty")
        self.s3.delete_object(Bucket=bucket, Key="k", VersionId=one)
        self.s3.delete_bucket(Bucket=bucket)

    def test_version_pages_meet(self):
        bucket = self.bucket(versioned=True)
        expected = [(key, self.put(bucket, key, b"%d" % i)["VersionId"]) for key in "abc" for i in range(4)]
        for size in (1, 3, 5, 100):
            pages = self.s3.get_paginator("list_object_versions").paginate(
                Bucket=bucket, PaginationConfig={"PageSize": size})
            got = [(v["Key"], v["VersionId"]) for page in pages for v in page["Versions"]]
            self.assertEqual(sorted(got), sorted(expected))
            self.assertEqual(len(got), len(set(got)))

    def test_suspended_versioning_replaces_the_null_version(self):
        bucket = self.bucket()
        self.put(bucket, "k", b"before")
        self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        kept = self.put(bucket, "k", b"kept")["VersionId"]
        self.assertEqual(self.body(bucket, "k", VersionId="null"), b"before")
        self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
        self.put(bucket, "k", b"after")
        ids = [v["VersionId"] for v in self.s3.list_object_versions(Bucket=bucket)["Versions"]]
        self.assertEqual(ids, ["null", kept])


class MultipartTest(S3Test):
    PART = 5 * 1024 * 1024

    def test_parts_become_one_object(self):
        bucket = self.bucket()
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key="k", Metadata={"m": "1"})["UploadId"]
        bodies = [b"a" * self.PART, b"b" * 10]
        place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
        etags = [self.s3.upload_part(PartNumber=i + 1, Body=body, **place)["ETag"] for i, body in enumerate(bodies)]
        self.assertEqual([p["Size"] for p in self.s3.list_parts(**place)["Parts"]], [self.PART, 10])
        uploads = self.s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
        self.assertEqual([(u["Key"], u["UploadId"]) for u in uploads], [("k", upload)])
        parts = [{"PartNumber": i + 1, "ETag": etag} for i, etag in enumerate(etags)]
        wrong = [{"PartNumber": 1, "ETag": '"0"'}]
        complete = self.s3.complete_multipart_upload
        self.assertEqual(code(complete, MultipartUpload={"Parts": wrong}, **place), "InvalidPart")
        self.assertEqual(code(complete, MultipartUpload={"Parts": parts[::-1]}, **place), "InvalidPartOrder")
        done = complete(MultipartUpload={"Parts": parts}, **place)
        digests = b"".join(hashlib.md5(body).digest() for body in bodies)
        self.assertEqual(done["ETag"], '"%s-2"' % hashlib.md5(digests).hexdigest())
        self.assertEqual(self.body(bucket, "k"), b"".join(bodies))
        self.assertEqual(self.s3.head_object(Bucket=bucket, Key="k")["Metadata"], {"m": "1"})
        self.assertEqual(code(self.s3.list_parts, **place), "NoSuchUpload")

    def test_small_parts_and_aborted_uploads(self):
        bucket = self.bucket()
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
        place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
        parts = [{"PartNumber": n, "ETag": self.s3.upload_part(PartNumber=n, Body=b"x", **place)["ETag"]} for n in (1, 2)]
        self.assertEqual(code(self.s3.complete_multipart_upload, MultipartUpload={"Parts": parts}, **place),
                         "EntityTooSmall")
        self.s3.abort_multipart_upload(**place)
        self.assertEqual(code(self.s3.upload_part, PartNumber=3, Body=b"x", **place), "NoSuchUpload")

    def test_parts_are_copied_from_objects(self):
        bucket = self.bucket()
        self.put(bucket, "source", b"0123456789")
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
        place = {"Bucket": bucket, "Key": "k", "UploadId": upload}
        copied = self.s3.upload_part_copy(PartNumber=1, CopySource={"Bucket": bucket, "Key": "source"},
                                          CopySourceRange="bytes=2-5", **place)["CopyPartResult"]["ETag"]
        self.s3.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": copied}]}, **place)
        self.assertEqual(self.body(bucket, "k"), b"2345")

    def test_the_transfer_library_round_trips_twelve_megabytes(self):
        bucket = self.bucket()
        body = bytes(range(256)) * 4096 * 12
        self.s3.upload_fileobj(io.BytesIO(body), bucket, "big")
        self.assertTrue(self.s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-2"'))
        out = io.BytesIO()
        self.s3.download_fileobj(bucket, "big", out)
        self.assertEqual(out.getvalue(), body)


class AddressTest(S3Test):
    def test_presigned_urls_read_and_write(self):
        bucket = self.bucket()
        s3 = self.cloud.client("s3", config=botocore.config.Config(signature_version="s3v4"))
        url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b+ü"})
        urllib.request.urlopen(urllib.request.Request(url, data=b"signed", method="PUT")).read()
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b+ü"})
        self.assertEqual(urllib.request.urlopen(url).read(), b"signed")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url.replace("a%20b", "other"))
        self.assertEqual(caught.exception.code, 403)

    def test_virtual_host_style(self):
        bucket = self.bucket()
        self.put(bucket, "dir/k", b"hosted")
        s3 = self.cloud.client("s3", endpoint=f"http://s3.{REGION}.amazonaws.com", config=botocore.config.Config(
            signature_version="s3v4", s3={"addressing_style": "virtual"}))
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "dir/k"})
        host = f"{bucket}.s3.{REGION}.amazonaws.com"
        self.assertIn(host, url)
        request = urllib.request.Request(url.replace(f"http://{host}", self.cloud.endpoint), headers={"Host": host})
        self.assertEqual(urllib.request.urlopen(request).read(), b"hosted")

    def test_an_unsigned_request_is_denied(self):
        bucket = self.bucket()
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{self.cloud.endpoint}/{bucket}/k")
        self.assertEqual(caught.exception.code, 403)
        self.assertIn(b"<Code>AccessDenied</Code>", caught.exception.read())

    def test_state_outlives_the_process(self):
        bucket = self.bucket()
        self.put(bucket, "small", b"s")
        self.put(bucket, "large", b"l" * 100_000)
        self.cloud.restart()
        type(self).s3 = self.cloud.client("s3")
        self.assertEqual((self.body(bucket, "small"), len(self.body(bucket, "large"))), (b"s", 100_000))


class NotificationTest(S3Test):
    def test_a_created_object_invokes_the_function_that_the_bucket_names(self):
        bucket = self.bucket()
        function = make_native(self.cloud, make_role(self.cloud), "notified", NOTIFIED)
        self.cloud.client("lambda").add_permission(FunctionName="notified", StatementId="s3", Action="lambda:InvokeFunction",
                                                   Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::" + bucket,
                                                   SourceAccount="000000000000")
        rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".jpg"}]
        self.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
            "LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"],
                                              "Filter": {"Key": {"FilterRules": rules}}}]})
        self.s3.put_object(Bucket=bucket, Key="in/no.txt", Body=b"no")
        etag = self.s3.put_object(Bucket=bucket, Key="in/red flower.jpg", Body=b"red")["ETag"]
        record, = self.logged("notified")["Records"]
        self.assertEqual([record[name] for name in ("eventVersion", "eventSource", "awsRegion", "eventName")],
                         ["2.1", "aws:s3", REGION, "ObjectCreated:Put"])
        self.assertEqual((record["s3"]["bucket"]["name"], record["s3"]["bucket"]["arn"]), (bucket, "arn:aws:s3:::" + bucket))
        self.assertEqual([record["s3"]["object"][name] for name in ("key", "size", "eTag")],
                         ["in/red+flower.jpg", 3, etag.strip('"')])

    def logged(self, function):
        """The first event that a function has printed."""
        logs = self.cloud.client("logs")
        deadline = time.time() + 20
        while time.time() < deadline:
            try:
                lines = logs.filter_log_events(logGroupName="/aws/lambda/" + function, filterPattern="Records")["events"]
            except logs.exceptions.ResourceNotFoundException:  # nothing was logged yet
                lines = []
            if lines:
                return json.loads(lines[0]["message"])
            time.sleep(0.1)
        self.fail(function + " was not invoked")


class CommandLineTest(S3Test):
    def test_the_aws_cli_copies_syncs_lists_and_removes(self):
        bucket = self.bucket()
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "in" / "sub dir").mkdir(parents=True)
            (root / "in" / "a.txt").write_text("alpha")
            (root / "in" / "sub dir" / "ü+.txt").write_text("umlaut")
            (root / "in" / "big.bin").write_bytes(b"0123456789abcdef" * 65536 * 9)
            self.cloud.aws("s3", "sync", str(root / "in"), f"s3://{bucket}/up")
            listed = self.cloud.aws("s3", "ls", "--recursive", f"s3://{bucket}/")
            self.assertIn("up/sub dir/ü+.txt", listed)
            self.cloud.aws("s3", "cp", "--recursive", f"s3://{bucket}/up", str(root / "out"))
            self.assertEqual((root / "out" / "sub dir" / "ü+.txt").read_text(), "umlaut")
            self.assertEqual((root / "out" / "big.bin").read_bytes(), (root / "in" / "big.bin").read_bytes())
            again = self.cloud.aws("s3", "sync", str(root / "in"), f"s3://{bucket}/up")
            self.assertEqual(again.strip(), "")
            url = self.cloud.aws("s3", "presign", f"s3://{bucket}/up/a.txt").strip()
            self.assertEqual(urllib.request.urlopen(url).read(), b"alpha")
            self.cloud.aws("s3", "rm", "--recursive", f"s3://{bucket}/up")
            self.cloud.aws("s3", "rb", f"s3://{bucket}")

    def test_errors_reach_the_command_line(self):
        done = self.cloud.aws("s3", "ls", "s3://none-such-bucket", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("NoSuchBucket", done.stderr)


if __name__ == "__main__":
    unittest.main()
