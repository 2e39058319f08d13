"""EC2 as the CDK's lookups read it: the default VPC that every region of an account has."""

import pathlib
import sys
import unittest
import warnings

from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cloud import REGION, Cloud  # noqa: E402


def setUpModule():
    global cloud, ec2
    warnings.simplefilter("ignore", ResourceWarning)
    cloud = Cloud()
    unittest.addModuleCleanup(cloud.stop)
    ec2 = cloud.client("ec2")


class DefaultVpc(unittest.TestCase):
    def test_it_has_a_public_subnet_in_each_zone_and_a_route_out(self):
        (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"]
        self.assertEqual((vpc["IsDefault"], vpc["State"], vpc["OwnerId"]), (True, "available", cloud.account))
        of_it = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        zones = [one["ZoneName"] for one in ec2.describe_availability_zones()["AvailabilityZones"]]
        subnets = ec2.describe_subnets(Filters=of_it)["Subnets"]
        self.assertEqual([one["AvailabilityZone"] for one in subnets], zones)
        self.assertTrue(all(one["MapPublicIpOnLaunch"] for one in subnets))
        (table,) = ec2.describe_route_tables(Filters=of_it)["RouteTables"]
        self.assertTrue(table["Associations"][0]["Main"])
        self.assertTrue(table["Routes"][1]["GatewayId"].startswith("igw-"))
        (group,) = ec2.describe_security_groups(Filters=of_it)["SecurityGroups"]
        self.assertEqual(group["GroupName"], "default")
        self.assertEqual(ec2.describe_vpn_gateways()["VpnGateways"], [])

    def test_filters_leave_out_what_does_not_match(self):
        for filters in ([{"Name": "vpc-id", "Values": ["vpc-0"]}], [{"Name": "tag:Name", "Values": ["mine"]}]):
            self.assertEqual(ec2.describe_vpcs(Filters=filters)["Vpcs"], [])
        (one,) = ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [REGION + "b"]}])["Subnets"]
        self.assertEqual(one["AvailabilityZone"], REGION + "b")

    def test_an_unknown_filter_and_an_unknown_action_are_errors(self):
        with self.assertRaises(ClientError) as caught:
            ec2.describe_vpcs(Filters=[{"Name": "colour", "Values": ["red"]}])
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidParameterValue")
        with self.assertRaises(ClientError) as caught:
            ec2.describe_instances()
        self.assertIn("DescribeInstances", caught.exception.response["Error"]["Message"])


if __name__ == "__main__":
    unittest.main()
