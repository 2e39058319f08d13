#include "cloud/ec2/ec2.h"

#include <array>

#include "base/encoding.h"
#include "base/hash.h"

namespace live::cloud {
namespace {

constexpr std::array zones = {'a', 'b', 'c'};

// The same in every run, as identifiers of what is there from the beginning.
std::string identifier(std::string_view prefix, const Call& call, std::string_view what) {
  return fmt::format("{}-{}", prefix,
                     hex(sha256(fmt::format("{}/{}/{}", call.region, prefix, what))).substr(0, 17));
}

std::string default_vpc(const Call& call) { return identifier("vpc", call, "default"); }

struct Filterable {
  std::string_view filter, member;
};

// Of any description: what a filter is called, and the member that it looks at.
constexpr std::array filterables = {Filterable{"vpc-id", "vpcId"},
                                    Filterable{"owner-id", "ownerId"},
                                    Filterable{"isDefault", "isDefault"},
                                    Filterable{"is-default", "isDefault"},
                                    Filterable{"cidr", "cidrBlock"},
                                    Filterable{"state", "state"},
                                    Filterable{"subnet-id", "subnetId"},
                                    Filterable{"availability-zone", "availabilityZone"},
                                    Filterable{"default-for-az", "defaultForAz"},
                                    Filterable{"route-table-id", "routeTableId"},
                                    Filterable{"group-id", "groupId"},
                                    Filterable{"group-name", "groupName"},
                                    Filterable{"zone-name", "zoneName"},
                                    Filterable{"region-name", "regionName"}};

std::string text_of(const json::object& item, std::string_view member) {
  auto const* value = find(item, member);
  if (!value) return "";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

bool has(const json::array* values, const std::string& text) {
  return values && std::find(values->begin(), values->end(), json::value(text)) != values->end();
}

// Nothing here has tags.
ApiResult<bool> passes(const json::object& item, const json::object& filter) {
  auto const name = string_or(filter, "Name");
  if (name.starts_with("tag:") || name == "tag-key") return false;
  for (auto const& one : filterables)
    if (one.filter == name) return has(find_array(filter, "Value"), text_of(item, one.member));
  return api_error(400, "InvalidParameterValue", fmt::format("The filter '{}' is invalid", name));
}

// Those that the call asks for, by filters and by a list of ids.
ApiResult<json::array> chosen(const Call& call, json::array all, std::string_view ids, std::string_view id) {
  json::array found;
  for (auto& item : all) {
    bool wanted =
        !call.input.contains(ids) || has(find_array(call.input, ids), text_of(item.get_object(), id));
    auto const* filters = find_array(call.input, "Filter");
    for (size_t i = 0; filters && i < filters->size(); ++i) {
      LIVE_API_TRY(bool const one, passes(item.get_object(), filters->at(i).as_object()));
      wanted = wanted && one;
    }
    if (wanted) found.push_back(std::move(item));
  }
  return found;
}

ApiResult<json::object> describe_vpcs(const World& world, const Call& call) {
  json::array all;
  all.push_back(json::object{{"vpcId", default_vpc(call)},
                             {"ownerId", world.account},
                             {"state", "available"},
                             {"cidrBlock", "172.31.0.0/16"},
                             {"instanceTenancy", "default"},
                             {"isDefault", true}});
  LIVE_API_TRY(auto found, chosen(call, std::move(all), "VpcId", "vpcId"));
  return json::object{{"vpcSet", std::move(found)}};
}

ApiResult<json::object> describe_subnets(const World& world, const Call& call) {
  json::array all;
  for (size_t i = 0; i < zones.size(); ++i) {
    auto const zone = fmt::format("{}{}", call.region, zones[i]);
    auto const id = identifier("subnet", call, zone);
    all.push_back(json::object{
        {"subnetId", id},
        {"subnetArn", fmt::format("arn:aws:ec2:{}:{}:subnet/{}", call.region, world.account, id)},
        {"ownerId", world.account},
        {"state", "available"},
        {"vpcId", default_vpc(call)},
        {"cidrBlock", fmt::format("172.31.{}.0/20", i * 16)},
        {"availabilityZone", zone},
        {"availableIpAddressCount", 4091},
        {"defaultForAz", true},
        {"mapPublicIpOnLaunch", true}});
  }
  LIVE_API_TRY(auto found, chosen(call, std::move(all), "SubnetId", "subnetId"));
  return json::object{{"subnetSet", std::move(found)}};
}

ApiResult<json::object> describe_route_tables(const World& world, const Call& call) {
  auto const id = identifier("rtb", call, "default");
  json::array associations, routes, all;
  associations.push_back(json::object{{"routeTableAssociationId", identifier("rtbassoc", call, "default")},
                                      {"routeTableId", id},
                                      {"main", true}});
  routes.push_back(
      json::object{{"destinationCidrBlock", "172.31.0.0/16"}, {"gatewayId", "local"}, {"state", "active"}});
  routes.push_back(json::object{{"destinationCidrBlock", "0.0.0.0/0"},
                                {"gatewayId", identifier("igw", call, "default")},
                                {"state", "active"}});
  all.push_back(json::object{{"routeTableId", id},
                             {"vpcId", default_vpc(call)},
                             {"ownerId", world.account},
                             {"associationSet", std::move(associations)},
                             {"routeSet", std::move(routes)}});
  LIVE_API_TRY(auto found, chosen(call, std::move(all), "RouteTableId", "routeTableId"));
  return json::object{{"routeTableSet", std::move(found)}};
}

ApiResult<json::object> describe_security_groups(const World& world, const Call& call) {
  json::array all;
  all.push_back(json::object{{"groupId", identifier("sg", call, "default")},
                             {"groupName", "default"},
                             {"groupDescription", "default VPC security group"},
                             {"vpcId", default_vpc(call)},
                             {"ownerId", world.account},
                             {"ipPermissions", json::array()},
                             {"ipPermissionsEgress", json::array()}});
  LIVE_API_TRY(auto found, chosen(call, std::move(all), "GroupId", "groupId"));
  return json::object{{"securityGroupInfo", std::move(found)}};
}

ApiResult<json::object> describe_availability_zones(const World&, const Call& call) {
  json::array all;
  for (auto const zone : zones)
    all.push_back(json::object{{"zoneName", fmt::format("{}{}", call.region, zone)},
                               {"zoneState", "available"},
                               {"regionName", call.region},
                               {"zoneType", "availability-zone"}});
  LIVE_API_TRY(auto found, chosen(call, std::move(all), "ZoneName", "zoneName"));
  return json::object{{"availabilityZoneInfo", std::move(found)}};
}

ApiResult<json::object> describe_vpn_gateways(const World&, const Call&) {
  return json::object{{"vpnGatewaySet", json::array()}};
}

}  // namespace

void add_ec2(World& world, Front& front) {
  using Describe = ApiResult<json::object> (*)(const World&, const Call&);
  constexpr std::pair<const char*, Describe> actions[] = {
      {"DescribeVpcs", describe_vpcs},
      {"DescribeSubnets", describe_subnets},
      {"DescribeRouteTables", describe_route_tables},
      {"DescribeSecurityGroups", describe_security_groups},
      {"DescribeAvailabilityZones", describe_availability_zones},
      {"DescribeVpnGateways", describe_vpn_gateways}};
  for (auto const& [name, describe] : actions)
    world.actions.add_plain("ec2", name,
                            [&world, run = describe](const Call& call) { return run(world, call); });
  front.add_query("ec2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", QueryForm::ec2);
}

}  // namespace live::cloud
