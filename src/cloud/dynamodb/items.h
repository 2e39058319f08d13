// The rows of all tables, in the order of their keys, and of all indexes beside them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cloud/dynamodb/table.h"
#include "cloud/store.h"

namespace live::cloud::dynamodb {

struct Bound {
  std::string at;
  bool included = true;
};

struct Reading {  // of one partition, or of all
  const Index* index = nullptr;
  std::optional<std::string> hash;  // nothing: a scan
  std::optional<Bound> low, high;   // of the range key
  bool forward = true;
  std::optional<json::object> after;  // ExclusiveStartKey
};

class Items {
 public:
  explicit Items(Store& store);
  std::optional<json::object> get(const Table& table, const json::object& key);
  void put(const Table& table, const json::object& item);
  void erase(const Table& table, const json::object& key);
  void drop(const Table& table);
  void fill_index(const Table& table, const Index& index);
  void drop_index(const Table& table, std::string_view index);

  // Visits items in order until told to stop. The visitor must not touch the store.
  enum class Go { on, stop };
  void read(const Table& table, const Reading& reading, const std::function<Go(json::object)>& visit);
  struct Count {
    int64_t items = 0, bytes = 0;
  };
  Count count(const Table& table);
  Count count(const Table& table, std::string_view index);

 private:
  void unindex(const Table& table, const RowKey& key);
  void add_to_index(const Table& table, const Index& index, const RowKey& key, const json::object& item);
  Store& store_;
};

}  // namespace live::cloud::dynamodb
