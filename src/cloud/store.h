// The embedded AWS's state on disk: one SQLite file for what has names, one folder for bodies.
// A service keeps small things as documents (kind, region, key) and makes tables of its own where it must.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace live::cloud {

class Statement {  // prepared; binds from 1, columns from 0; reset by the destructor, kept in a cache
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, int64_t number);
  Statement& bind_blob(int at, std::string_view bytes);
  Statement& bind_null(int at);
  bool step();  // true: a row is there
  void run();   // to the end
  std::string text(int column) const;
  std::string blob(int column) const;
  int64_t integer(int column) const;
  bool is_null(int column) const;

 private:
  friend class Store;
  Statement(sqlite3_stmt* statement, bool* in_use) : statement_(statement), in_use_(in_use) {}
  sqlite3_stmt* statement_;
  bool* in_use_;  // the cache's mark; null: this statement is not the cache's and ends with us
};

class Store {
 public:
  // Creates the folder. A file that is not ours or damaged is a Fault that names it and says what to do.
  static Result<std::unique_ptr<Store>> open(std::filesystem::path folder);
  ~Store();

  // Documents. `kind` as "lambda.function"; `region` empty for global services.
  void put(std::string_view kind, std::string_view region, std::string_view key,
           const json::object& document);
  std::optional<json::object> get(std::string_view kind, std::string_view region, std::string_view key);
  bool erase(std::string_view kind, std::string_view region, std::string_view key);  // was there
  // In the order of keys.
  std::vector<std::pair<std::string, json::object>> list(std::string_view kind, std::string_view region,
                                                         std::string_view key_prefix = "");

  void execute(std::string_view sql);       // of a service's own tables; a failure is a bug
  Statement prepare(std::string_view sql);  // cached by its text
  int64_t last_row_id() const;
  int64_t changes() const;

  class Transaction {  // rolled back unless committed
   public:
    explicit Transaction(Store& store);
    ~Transaction();
    void commit();

   private:
    Store& store_;
    bool open_ = true;
  };

  std::filesystem::path bodies() const { return folder_ / "bodies"; }  // for large blobs, one file each
  const std::filesystem::path& folder() const { return folder_; }

 private:
  Store(std::filesystem::path folder, sqlite3* db);
  std::filesystem::path folder_;
  sqlite3* db_;
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace live::cloud
