#include "cloud/dynamodb/items.h"

#include "cloud/dynamodb/attribute.h"

namespace live::cloud::dynamodb {
namespace {

json::object parse_item(const std::string& text) {
  auto parsed = parse_json_object(text);
  return parsed ? std::move(parsed.value()) : json::object();
}

// One statement for each shape of reading. Index rows are joined to the items they stand for.
std::string select_text(const Reading& reading) {
  bool indexed = reading.index != nullptr;
  std::string order = reading.forward ? "" : " desc";
  std::string sign = reading.forward ? ">" : "<";
  std::string text =
      indexed ? "select i.item from dynamodb_index x join dynamodb_item i on i.table_id = x.table_id and "
                "i.hash = x.item_hash and i.range = x.item_range where x.table_id = ?1 and x.name = ?2"
              : "select x.item from dynamodb_item x where x.table_id = ?1";
  if (reading.hash) text += " and x.hash = ?3";
  if (reading.low) text += reading.low->included ? " and x.range >= ?4" : " and x.range > ?4";
  if (reading.high) text += reading.high->included ? " and x.range <= ?5" : " and x.range < ?5";
  if (reading.after) {
    text += indexed ? " and (x.hash, x.range, x.item_hash, x.item_range) " + sign + " (?6, ?7, ?8, ?9)"
                    : " and (x.hash, x.range) " + sign + " (?6, ?7)";
  }
  text += " order by x.hash" + order + ", x.range" + order;
  if (indexed) text += ", x.item_hash" + order + ", x.item_range" + order;
  return text;
}

}  // namespace

Items::Items(Store& store) : store_(store) {
  store.execute(
      "create table if not exists dynamodb_item(table_id text not null, hash blob not null, range blob not "
      "null, "
      "item text not null, size integer not null, primary key(table_id, hash, range)) without rowid");
  store.execute(
      "create table if not exists dynamodb_index(table_id text not null, name text not null, hash blob not "
      "null, "
      "range blob not null, item_hash blob not null, item_range blob not null, "
      "primary key(table_id, name, hash, range, item_hash, item_range)) without rowid");
  store.execute(
      "create index if not exists dynamodb_index_item on dynamodb_index(table_id, item_hash, item_range)");
}

std::optional<json::object> Items::get(const Table& table, const json::object& key) {
  auto row = row_key(table.keys, key);
  auto query = store_.prepare("select item from dynamodb_item where table_id = ? and hash = ? and range = ?");
  query.bind(1, table.id).bind_blob(2, row.hash).bind_blob(3, row.range);
  if (!query.step()) return std::nullopt;
  return parse_item(query.text(0));
}

void Items::put(const Table& table, const json::object& item) {
  auto key = row_key(table.keys, item);
  if (!table.indexes.empty()) unindex(table, key);
  {
    auto insert = store_.prepare(
        "insert or replace into dynamodb_item(table_id, hash, range, item, size) values(?, ?, ?, ?, ?)");
    insert.bind(1, table.id).bind_blob(2, key.hash).bind_blob(3, key.range);
    insert.bind(4, json::serialize(item)).bind(5, int64_t(size_of_item(item))).run();
  }
  for (auto& index : table.indexes) add_to_index(table, index, key, item);
}

void Items::erase(const Table& table, const json::object& key) {
  auto row = row_key(table.keys, key);
  if (!table.indexes.empty()) unindex(table, row);
  auto remove = store_.prepare("delete from dynamodb_item where table_id = ? and hash = ? and range = ?");
  remove.bind(1, table.id).bind_blob(2, row.hash).bind_blob(3, row.range).run();
}

void Items::drop(const Table& table) {
  for (auto text :
       {"delete from dynamodb_item where table_id = ?", "delete from dynamodb_index where table_id = ?"}) {
    auto remove = store_.prepare(text);
    remove.bind(1, table.id).run();
  }
}

void Items::unindex(const Table& table, const RowKey& key) {
  auto remove =
      store_.prepare("delete from dynamodb_index where table_id = ? and item_hash = ? and item_range = ?");
  remove.bind(1, table.id).bind_blob(2, key.hash).bind_blob(3, key.range).run();
}

void Items::add_to_index(const Table& table, const Index& index, const RowKey& key,
                         const json::object& item) {
  if (!has_keys(index.keys, item)) return;
  auto place = row_key(index.keys, item);
  auto insert = store_.prepare(
      "insert or replace into dynamodb_index(table_id, name, hash, range, item_hash, item_range) "
      "values(?, ?, ?, ?, ?, ?)");
  insert.bind(1, table.id).bind(2, index.name).bind_blob(3, place.hash).bind_blob(4, place.range);
  insert.bind_blob(5, key.hash).bind_blob(6, key.range).run();
}

void Items::fill_index(const Table& table, const Index& index) {
  std::vector<json::object> all;
  read(table, {}, [&](json::object item) {
    all.push_back(std::move(item));
    return Go::on;
  });
  for (auto& item : all) {
    // An item whose attribute has another type than the index's key is not in the index.
    auto fits = [&](const KeyAttribute& key) {
      auto* value = item.if_contains(key.name);
      return value && type_of(*value) == key.type;
    };
    if (fits(index.keys.hash) && (!index.keys.range || fits(*index.keys.range)))
      add_to_index(table, index, row_key(table.keys, item), item);
  }
}

void Items::drop_index(const Table& table, std::string_view index) {
  auto remove = store_.prepare("delete from dynamodb_index where table_id = ? and name = ?");
  remove.bind(1, table.id).bind(2, index).run();
}

void Items::read(const Table& table, const Reading& reading, const std::function<Go(json::object)>& visit) {
  auto query = store_.prepare(select_text(reading));
  query.bind(1, table.id);
  if (reading.index) query.bind(2, reading.index->name);
  if (reading.hash) query.bind_blob(3, *reading.hash);
  if (reading.low) query.bind_blob(4, reading.low->at);
  if (reading.high) query.bind_blob(5, reading.high->at);
  if (reading.after) {
    auto own = row_key(table.keys, *reading.after);
    auto place = reading.index ? row_key(reading.index->keys, *reading.after) : own;
    query.bind_blob(6, place.hash).bind_blob(7, place.range);
    if (reading.index) query.bind_blob(8, own.hash).bind_blob(9, own.range);
  }
  while (query.step())
    if (visit(parse_item(query.text(0))) == Go::stop) return;
}

Items::Count Items::count(const Table& table) {
  auto query =
      store_.prepare("select count(*), coalesce(sum(size), 0) from dynamodb_item where table_id = ?");
  query.bind(1, table.id).step();
  return {query.integer(0), query.integer(1)};
}

Items::Count Items::count(const Table& table, std::string_view index) {
  auto query = store_.prepare(
      "select count(*), coalesce(sum(i.size), 0) from dynamodb_index x join dynamodb_item i on "
      "i.table_id = x.table_id and i.hash = x.item_hash and i.range = x.item_range "
      "where x.table_id = ? and x.name = ?");
  query.bind(1, table.id).bind(2, index).step();
  return {query.integer(0), query.integer(1)};
}

}  // namespace live::cloud::dynamodb
