// A table's shape: its keys and indexes, as its document in the store describes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/call.h"

namespace live::cloud::dynamodb {

struct KeyAttribute {
  std::string name, type;  // "S", "N" or "B"
};

struct Keys {
  KeyAttribute hash;
  std::optional<KeyAttribute> range;
};

struct Index {
  std::string name;
  Keys keys;
  bool global = true;
  std::string projection;         // ALL, KEYS_ONLY, INCLUDE
  std::vector<std::string> also;  // INCLUDE's attributes
};

struct Table {
  std::string region, name, id;
  Keys keys;
  std::vector<Index> indexes;
  json::object description;   // TableDescription, without what is counted when asked
  std::string ttl_attribute;  // empty: TTL is off

  const Index* index(std::string_view named) const;
};

// From CreateTable's input, checked; `description` holds what the table keeps of it.
ApiResult<Table> table_of(const json::object& input);
Table table_from(std::string region, const json::object& document);
json::object document_of(const Table& table);

// Checks and completes one index of UpdateTable against the table's attribute definitions.
ApiResult<Index> index_of(const json::object& index, const json::array& definitions, bool global);

// Faults say which key attribute is missing, mistyped or empty.
ApiResult<void> check_item_keys(const Table& table, const json::object& item);
// The key alone, of GetItem and its like: nothing but the key attributes.
ApiResult<void> check_key(const Table& table, const json::object& key);

json::object key_of(const Keys& keys, const json::object& item);
bool has_keys(const Keys& keys, const json::object& item);
json::object projected(const Table& table, const Index& index, const json::object& item);

struct RowKey {
  std::string hash, range;  // sortable
};
RowKey row_key(const Keys& keys, const json::object& item);

}  // namespace live::cloud::dynamodb
