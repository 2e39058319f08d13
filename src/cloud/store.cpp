#include "cloud/store.h"

#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include <fmt/format.h>
#include <sqlite3.h>

namespace live::cloud {

namespace {

constexpr int application_id = 0x4c4c434c;  // "LLCL", in the file's header: the file is ours
constexpr int schema_version = 1;

// A database that opened well and then fails is a full disk or a bug: nothing can go on without its state.
[[noreturn]] void give_up(sqlite3* db, std::string_view doing) {
  fmt::print(stderr, "embedded AWS state: {}: {}\n", doing, sqlite3_errmsg(db));
  std::abort();
}

void check(bool good, sqlite3* db, std::string_view doing) {
  if (!good) give_up(db, doing);
}

std::optional<int64_t> pragma(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::optional<int64_t> value;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    value = sqlite3_column_int64(statement, 0);
  }
  sqlite3_finalize(statement);
  return value;
}

bool run_all(sqlite3* db, const char* sql) {
  return sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

json::object parse_document(std::string_view text) {
  json::parse_options options;
  options.max_depth = 1024;
  options.allow_invalid_utf8 = true;
  return json::parse(text, {}, options).as_object();
}

Fault unusable(const std::filesystem::path& file, std::string_view why) {
  return fault(
      fmt::format("state file {} {}; move it away, or start with another --state", file.string(), why));
}

Result<void> take_over(sqlite3* db, const std::filesystem::path& file) {
  auto id = pragma(db, "PRAGMA application_id");
  auto version = pragma(db, "PRAGMA user_version");
  auto objects = pragma(db, "SELECT count(*) FROM sqlite_schema");
  if (!id || !version || !objects) return unusable(file, "is damaged or not a database");
  bool fresh = *id == 0 && *version == 0 && *objects == 0;
  if (!fresh && *id != application_id) return unusable(file, "belongs to another program");
  if (!fresh && *version != schema_version) {
    return unusable(
        file, fmt::format("has schema version {} where this program knows {}", *version, schema_version));
  }
  // NORMAL: with a write-ahead log it costs no sync a commit; a power cut may lose the last commits, never
  // more.
  bool good =
      run_all(db,
              "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA "
              "cache_size=-8192;") &&
      run_all(db,
              "CREATE TABLE IF NOT EXISTS documents(kind TEXT NOT NULL, region TEXT NOT NULL,"
              " key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(kind, region, key)) WITHOUT ROWID");
  if (good && fresh) {
    good = run_all(
        db, fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", application_id, schema_version)
                .c_str());
  }
  if (!good) return unusable(file, fmt::format("cannot be used ({})", sqlite3_errmsg(db)));
  return outcome::success();
}

}  // namespace

struct Store::Cache {
  struct Entry {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };
  std::unordered_map<std::string, Entry> entries;  // its nodes stay where they are
  ~Cache() {
    for (auto& [sql, entry] : entries) sqlite3_finalize(entry.statement);
  }
};

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), in_use_(std::exchange(other.in_use_, nullptr)) {}

Statement::~Statement() {
  if (!statement_) return;
  if (!in_use_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  *in_use_ = false;
}

Statement& Statement::bind(int at, std::string_view text) {
  int code = sqlite3_bind_text64(statement_, at, text.data() ? text.data() : "", text.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8);
  check(code == SQLITE_OK, sqlite3_db_handle(statement_), sqlite3_sql(statement_));
  return *this;
}

Statement& Statement::bind(int at, int64_t number) {
  check(sqlite3_bind_int64(statement_, at, number) == SQLITE_OK, sqlite3_db_handle(statement_),
        sqlite3_sql(statement_));
  return *this;
}

Statement& Statement::bind_blob(int at, std::string_view bytes) {
  int code =
      sqlite3_bind_blob64(statement_, at, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_TRANSIENT);
  check(code == SQLITE_OK, sqlite3_db_handle(statement_), sqlite3_sql(statement_));
  return *this;
}

Statement& Statement::bind_null(int at) {
  check(sqlite3_bind_null(statement_, at) == SQLITE_OK, sqlite3_db_handle(statement_),
        sqlite3_sql(statement_));
  return *this;
}

bool Statement::step() {
  int code = sqlite3_step(statement_);
  check(code == SQLITE_ROW || code == SQLITE_DONE, sqlite3_db_handle(statement_), sqlite3_sql(statement_));
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
}

std::string Statement::text(int column) const { return blob(column); }

std::string Statement::blob(int column) const {
  auto bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes ? std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column)))
               : std::string();
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Store>> Store::open(std::filesystem::path folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder / "bodies", failed);
  if (failed) {
    return fault(fmt::format("state folder {} cannot be made: {}; start with another --state",
                             folder.string(), failed.message()));
  }
  auto file = folder / "state.db";
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto ready = code == SQLITE_OK
                   ? take_over(db, file)
                   : Result<void>(unusable(file, fmt::format("cannot be opened ({})", sqlite3_errmsg(db))));
  if (ready.has_error()) {
    sqlite3_close(db);
    return ready.error();
  }
  return std::unique_ptr<Store>(new Store(std::move(folder), db));
}

Store::Store(std::filesystem::path folder, sqlite3* db)
    : folder_(std::move(folder)), db_(db), cache_(std::make_unique<Cache>()) {}

Store::~Store() {
  cache_.reset();
  sqlite3_close(db_);
}

void Store::put(std::string_view kind, std::string_view region, std::string_view key,
                const json::object& document) {
  auto statement = prepare(
      "INSERT INTO documents(kind, region, key, value) VALUES(?, ?, ?, ?)"
      " ON CONFLICT(kind, region, key) DO UPDATE SET value = excluded.value");
  statement.bind(1, kind).bind(2, region).bind(3, key).bind(4, json::serialize(document)).run();
}

std::optional<json::object> Store::get(std::string_view kind, std::string_view region, std::string_view key) {
  auto statement = prepare("SELECT value FROM documents WHERE kind = ? AND region = ? AND key = ?");
  statement.bind(1, kind).bind(2, region).bind(3, key);
  if (!statement.step()) return std::nullopt;
  return parse_document(statement.text(0));
}

bool Store::erase(std::string_view kind, std::string_view region, std::string_view key) {
  prepare("DELETE FROM documents WHERE kind = ? AND region = ? AND key = ?")
      .bind(1, kind)
      .bind(2, region)
      .bind(3, key)
      .run();
  return changes() > 0;
}

std::vector<std::pair<std::string, json::object>> Store::list(std::string_view kind, std::string_view region,
                                                              std::string_view key_prefix) {
  auto statement = prepare(
      "SELECT key, value FROM documents WHERE kind = ? AND region = ? AND key >= ?3"
      " AND substr(key, 1, length(?3)) = ?3 ORDER BY key");
  statement.bind(1, kind).bind(2, region).bind(3, key_prefix);
  std::vector<std::pair<std::string, json::object>> found;
  while (statement.step()) found.emplace_back(statement.text(0), parse_document(statement.text(1)));
  return found;
}

void Store::execute(std::string_view sql) { check(run_all(db_, std::string(sql).c_str()), db_, sql); }

Statement Store::prepare(std::string_view sql) {
  auto [at, added] = cache_->entries.try_emplace(std::string(sql));
  auto& entry = at->second;
  bool nested = !added && entry.in_use;  // the same text is being stepped through further up
  sqlite3_stmt* statement = entry.statement;
  if (added || nested) {
    int code = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    check(code == SQLITE_OK, db_, sql);
  }
  if (nested) return Statement(statement, nullptr);
  entry.statement = statement;
  entry.in_use = true;
  return Statement(statement, &entry.in_use);
}

int64_t Store::last_row_id() const { return sqlite3_last_insert_rowid(db_); }

int64_t Store::changes() const { return sqlite3_changes64(db_); }

Store::Transaction::Transaction(Store& store) : store_(store) { store_.execute("BEGIN IMMEDIATE"); }

Store::Transaction::~Transaction() {
  if (open_) store_.execute("ROLLBACK");
}

void Store::Transaction::commit() {
  store_.execute("COMMIT");
  open_ = false;
}

}  // namespace live::cloud
