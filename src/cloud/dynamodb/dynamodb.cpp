#include "cloud/dynamodb/dynamodb.h"

#include "cloud/dynamodb/service.h"

namespace live::cloud {

void add_dynamodb(World& world, Front& front) {
  using dynamodb::Service;
  using Run = dynamodb::Answer (Service::*)(const Call&);
  constexpr std::pair<std::string_view, Run> kActions[] = {
      {"CreateTable", &Service::create_table},
      {"DescribeTable", &Service::describe_table},
      {"ListTables", &Service::list_tables},
      {"UpdateTable", &Service::update_table},
      {"DeleteTable", &Service::delete_table},
      {"UpdateTimeToLive", &Service::update_time_to_live},
      {"DescribeTimeToLive", &Service::describe_time_to_live},
      {"DescribeContinuousBackups", &Service::describe_continuous_backups},
      {"UpdateContinuousBackups", &Service::update_continuous_backups},
      {"TagResource", &Service::tag_resource},
      {"UntagResource", &Service::untag_resource},
      {"ListTagsOfResource", &Service::list_tags_of_resource},
      {"DescribeLimits", &Service::describe_limits},
      {"DescribeEndpoints", &Service::describe_endpoints},
      {"GetItem", &Service::get_item},
      {"PutItem", &Service::put_item},
      {"UpdateItem", &Service::update_item},
      {"DeleteItem", &Service::delete_item},
      {"Query", &Service::query},
      {"Scan", &Service::scan},
      {"BatchGetItem", &Service::batch_get_item},
      {"BatchWriteItem", &Service::batch_write_item},
      {"TransactGetItems", &Service::transact_get_items},
      {"TransactWriteItems", &Service::transact_write_items},
  };
  auto service = std::make_shared<Service>(world);
  for (auto& [name, run] : kActions)
    world.actions.add_plain("dynamodb", name,
                            [service, run](const Call& call) { return ((*service).*run)(call); });
  front.add_json("dynamodb", "DynamoDB_20120810", "1.0");
}

}  // namespace live::cloud
