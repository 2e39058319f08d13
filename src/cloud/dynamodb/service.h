// DynamoDB's actions, each a function under AWS's name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cloud/call.h"
#include "cloud/dynamodb/expression.h"
#include "cloud/dynamodb/items.h"
#include "cloud/dynamodb/table.h"
#include "cloud/world.h"

namespace live::cloud::dynamodb {

using Answer = ApiResult<json::object>;

class Service {
 public:
  explicit Service(World& world) : world_(world), items_(world.store) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  Answer create_table(const Call& call);
  Answer describe_table(const Call& call);
  Answer list_tables(const Call& call);
  Answer update_table(const Call& call);
  Answer delete_table(const Call& call);
  Answer update_time_to_live(const Call& call);
  Answer describe_time_to_live(const Call& call);
  Answer describe_continuous_backups(const Call& call);
  Answer update_continuous_backups(const Call& call);
  Answer tag_resource(const Call& call);
  Answer untag_resource(const Call& call);
  Answer list_tags_of_resource(const Call& call);
  Answer describe_limits(const Call& call);
  Answer describe_endpoints(const Call& call);

  Answer get_item(const Call& call);
  Answer put_item(const Call& call);
  Answer update_item(const Call& call);
  Answer delete_item(const Call& call);
  Answer query(const Call& call);
  Answer scan(const Call& call);
  Answer batch_get_item(const Call& call);
  Answer batch_write_item(const Call& call);
  Answer transact_get_items(const Call& call);
  Answer transact_write_items(const Call& call);

 private:
  // What one write would do, decided but not done.
  struct Change {
    Table table;
    json::object key;
    std::optional<json::object> before, after;  // nothing: no item
    std::vector<Path> touched;                  // by an update
  };
  enum class Write { put, update, erase, check };

  ApiResult<Table> table_named(const Call& call, std::string_view name);
  ApiResult<Table> table_of_call(const Call& call) {
    return table_named(call, string_or(call.input, "TableName"));
  }
  ApiResult<Table> table_of_arn(const Call& call);
  void keep(const Table& table);
  json::object describe(const Table& table);
  ApiResult<void> change_indexes(const json::array& updates, Table& table);
  ApiResult<Change> decide(const Call& call, const json::object& request, Write write);
  void carry_out(const Change& change);
  Answer write_item(const Call& call, Write write);
  Answer read_page(const Call& call, const Table& table, Reading reading, std::optional<Condition> filter,
                   std::optional<std::vector<Path>> projection);
  ApiResult<Reading> start_reading(const Call& call, const Table& table);
  ApiResult<std::optional<Change>> batch_change(const Call& call, std::string_view table,
                                                const json::object& entry);
  void sweep(const Table& table);  // what its TTL has expired

  World& world_;
  Items items_;
  std::map<std::string, TimePoint> swept_;  // by table id
  struct Token {
    std::string request;
    TimePoint until;
  };
  std::map<std::string, Token> tokens_;  // of TransactWriteItems
};

// "ReturnConsumedCapacity": adds it to the answer where asked for. Units as on demand bills them.
void add_capacity(const json::object& input, std::string_view table, double units, json::object& answer);
double read_units(size_t bytes, const json::object& input);
double write_units(size_t bytes);

}  // namespace live::cloud::dynamodb
