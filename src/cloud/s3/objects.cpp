#include "cloud/s3/objects.h"

#include "base/file.h"

namespace live::cloud::s3 {
namespace {

constexpr size_t kInlineBody = 4096;
constexpr std::string_view kVersionColumns =
    "bucket, key, id, latest, marker, size, modified, etag, attributes, file, body, sequence";

json::object object_from(const std::string& text) {
  auto parsed = parse_json_object(text);
  return parsed ? std::move(parsed.value()) : json::object();
}

Version read_version(const Statement& row) {
  Version out;
  out.bucket = row.text(0);
  out.key = row.blob(1);
  out.id = row.text(2);
  out.latest = row.integer(3) != 0;
  out.delete_marker = row.integer(4) != 0;
  out.size = row.integer(5);
  out.modified = row.integer(6);
  out.etag = row.text(7);
  out.attributes = object_from(row.text(8));
  out.file = row.text(9);
  out.inline_body = row.blob(10);
  out.sequence = row.integer(11);
  return out;
}

std::string select(std::string_view rest) {
  return "select " + std::string(kVersionColumns) + " from s3_version where " + std::string(rest);
}

std::vector<Version> read_all(Statement& statement) {
  std::vector<Version> out;
  while (statement.step()) out.push_back(read_version(statement));
  return out;
}

// Binds bucket and key range to 1, 2 and 3. The end 0xFF… is above every key: UTF-8 has no such byte.
void bind_span(Statement& statement, const Span& span) {
  auto end = after_prefix(span.prefix);
  statement.bind(1, span.bucket);
  statement.bind_blob(2, std::max(span.from, span.prefix));
  statement.bind_blob(3, end.empty() ? std::string(1025, '\xFF') : end);
}

Bucket bucket_from(std::string name, const json::object& document) {
  Bucket out{.name = std::move(name), .region = string_or(document, "region")};
  out.created = find_int(document, "created").value_or(0);
  if (auto* settings = find_object(document, "settings")) out.settings = *settings;
  return out;
}

}  // namespace

std::string after_prefix(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty() && out.back() == '\xFF') out.pop_back();
  if (!out.empty()) out.back() = char(static_cast<unsigned char>(out.back()) + 1);
  return out;
}

Objects::Objects(World& world) : world_(world) {
  world.store.execute(
      "create table if not exists s3_version(sequence integer primary key autoincrement, bucket text not "
      "null, "
      "key blob not null, id text not null, latest integer not null, marker integer not null, "
      "size integer not null, modified integer not null, replaced integer, etag text, attributes text, "
      "file text, body blob)");
  world.store.execute("create unique index if not exists s3_version_id on s3_version(bucket, key, id)");
  world.store.execute("create index if not exists s3_latest on s3_version(bucket, key) where latest = 1");
  world.store.execute(
      "create table if not exists s3_upload(id text primary key, bucket text not null, key blob not null, "
      "started integer not null, attributes text)");
  world.store.execute(
      "create table if not exists s3_part(upload text not null, number integer not null, size integer not "
      "null, "
      "modified integer not null, etag text, checksums text, file text, primary key(upload, number))");
}

std::optional<Bucket> Objects::bucket(std::string_view name) {
  auto document = world_.store.get("s3.bucket", "", name);
  if (!document) return std::nullopt;
  return bucket_from(std::string(name), *document);
}

std::vector<Bucket> Objects::buckets() {
  std::vector<Bucket> out;
  for (auto& [name, document] : world_.store.list("s3.bucket", ""))
    out.push_back(bucket_from(name, document));
  return out;
}

void Objects::put_bucket(const Bucket& bucket) {
  world_.store.put("s3.bucket", "", bucket.name,
                   {{"region", bucket.region}, {"created", bucket.created}, {"settings", bucket.settings}});
}

void Objects::erase_bucket(std::string_view name) {
  for (auto& upload : uploads(name)) erase_upload(upload.id);
  world_.store.erase("s3.bucket", "", name);
}

bool Objects::is_empty(std::string_view bucket) {
  auto query = world_.store.prepare("select 1 from s3_version where bucket = ? limit 1");
  query.bind(1, bucket);
  return !query.step();
}

std::optional<Version> Objects::latest(std::string_view bucket, std::string_view key) {
  auto query = world_.store.prepare(select("bucket = ? and key = ? and latest = 1"));
  query.bind(1, bucket);
  query.bind_blob(2, key);
  if (!query.step()) return std::nullopt;
  return read_version(query);
}

std::optional<Version> Objects::version(std::string_view bucket, std::string_view key, std::string_view id) {
  auto query = world_.store.prepare(select("bucket = ? and key = ? and id = ?"));
  query.bind(1, bucket);
  query.bind_blob(2, key);
  query.bind(3, id);
  if (!query.step()) return std::nullopt;
  return read_version(query);
}

void Objects::add(Version version) {
  auto replaced = this->version(version.bucket, version.key, version.id);
  {
    Store::Transaction transaction(world_.store);
    {
      auto remove = world_.store.prepare("delete from s3_version where bucket = ? and key = ? and id = ?");
      remove.bind(1, version.bucket).bind_blob(2, version.key).bind(3, version.id).run();
    }
    {
      auto demote = world_.store.prepare(
          "update s3_version set latest = 0, replaced = ? where bucket = ? and key = ? and latest = 1");
      demote.bind(1, version.modified).bind(2, version.bucket).bind_blob(3, version.key).run();
    }
    auto insert = world_.store.prepare(
        "insert into s3_version(bucket, key, id, latest, marker, size, modified, etag, attributes, file, "
        "body) "
        "values(?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, version.bucket).bind_blob(2, version.key).bind(3, version.id);
    insert.bind(4, int64_t(version.delete_marker)).bind(5, version.size).bind(6, version.modified);
    insert.bind(7, version.etag).bind(8, json::serialize(version.attributes)).bind(9, version.file);
    insert.bind_blob(10, version.inline_body).run();
    transaction.commit();
  }
  if (replaced) remove_file(replaced->file);
}

void Objects::erase(const Version& version) {
  {
    Store::Transaction transaction(world_.store);
    {
      auto remove = world_.store.prepare("delete from s3_version where sequence = ?");
      remove.bind(1, version.sequence).run();
    }
    if (version.latest) promote(version.bucket, version.key);
    transaction.commit();
  }
  remove_file(version.file);
}

void Objects::promote(std::string_view bucket, std::string_view key) {
  auto update = world_.store.prepare(
      "update s3_version set latest = 1, replaced = null where sequence = "
      "(select max(sequence) from s3_version where bucket = ? and key = ?)");
  update.bind(1, bucket).bind_blob(2, key).run();
}

void Objects::set_attributes(const Version& version) {
  auto update = world_.store.prepare("update s3_version set attributes = ? where sequence = ?");
  update.bind(1, json::serialize(version.attributes)).bind(2, version.sequence).run();
}

std::vector<Version> Objects::current(const Span& span, int64_t limit) {
  auto query =
      world_.store.prepare(select("bucket = ? and key >= ? and key < ? and latest = 1 and marker = 0 and "
                                  "not (key = ? and sequence >= ?) order by key limit ?"));
  bind_span(query, span);
  query.bind_blob(4, span.from).bind(5, span.before).bind(6, limit);
  return read_all(query);
}

std::vector<Version> Objects::versions(const Span& span, int64_t limit) {
  auto query =
      world_.store.prepare(select("bucket = ? and key >= ? and key < ? and not (key = ? and sequence >= ?) "
                                  "order by key, sequence desc limit ?"));
  bind_span(query, span);
  query.bind_blob(4, span.from).bind(5, span.before).bind(6, limit);
  return read_all(query);
}

std::vector<Version> Objects::unchanged_since(const Span& span, int64_t modified, int64_t limit) {
  auto query = world_.store.prepare(
      select("bucket = ? and key >= ? and key < ? and latest = 1 and marker = 0 and modified <= ? limit ?"));
  bind_span(query, span);
  query.bind(4, modified).bind(5, limit);
  return read_all(query);
}

std::vector<Version> Objects::noncurrent_since(const Span& span, int64_t replaced, int64_t limit) {
  auto query = world_.store.prepare(
      select("bucket = ? and key >= ? and key < ? and latest = 0 and replaced <= ? limit ?"));
  bind_span(query, span);
  query.bind(4, replaced).bind(5, limit);
  return read_all(query);
}

std::string Objects::new_file() {
  auto name = world_.ids.hex(32);
  return "s3/" + name.substr(0, 2) + "/" + name;
}

void Objects::remove_file(std::string_view file) {
  if (file.empty()) return;
  std::error_code ignored;  // a body that stays behind costs disk, nothing else
  std::filesystem::remove(world_.store.bodies() / file, ignored);
}

Result<void> Objects::keep_body(Version& version, std::string body) {
  version.size = int64_t(body.size());
  if (body.size() <= kInlineBody) {
    version.inline_body = std::move(body);
    return outcome::success();
  }
  version.file = new_file();
  return write_file(world_.store.bodies() / version.file, body);
}

Result<std::string> Objects::body(const Version& version) {
  if (version.file.empty()) return version.inline_body;
  return read_file(world_.store.bodies() / version.file);
}

void Objects::put_upload(const Upload& upload) {
  auto insert = world_.store.prepare(
      "insert into s3_upload(id, bucket, key, started, attributes) values(?, ?, ?, ?, ?)");
  insert.bind(1, upload.id).bind(2, upload.bucket).bind_blob(3, upload.key).bind(4, upload.started);
  insert.bind(5, json::serialize(upload.attributes)).run();
}

std::optional<Upload> Objects::upload(std::string_view id) {
  auto query = world_.store.prepare("select bucket, key, started, attributes from s3_upload where id = ?");
  query.bind(1, id);
  if (!query.step()) return std::nullopt;
  return Upload{query.text(0), query.blob(1), std::string(id), query.integer(2), object_from(query.text(3))};
}

std::vector<Upload> Objects::uploads(std::string_view bucket) {
  auto query = world_.store.prepare(
      "select id, key, started, attributes from s3_upload where bucket = ? order by key, started, id");
  query.bind(1, bucket);
  std::vector<Upload> out;
  while (query.step())
    out.push_back(
        {std::string(bucket), query.blob(1), query.text(0), query.integer(2), object_from(query.text(3))});
  return out;
}

void Objects::erase_upload(std::string_view id) {
  auto orphans = parts(id);
  {
    auto remove = world_.store.prepare("delete from s3_part where upload = ?");
    remove.bind(1, id).run();
  }
  {
    auto remove = world_.store.prepare("delete from s3_upload where id = ?");
    remove.bind(1, id).run();
  }
  for (auto& part : orphans) remove_file(part.file);
}

Result<void> Objects::put_part(std::string_view upload, Part part, std::string_view body) {
  std::string replaced;
  {
    auto query = world_.store.prepare("select file from s3_part where upload = ? and number = ?");
    query.bind(1, upload).bind(2, part.number);
    if (query.step()) replaced = query.text(0);
  }
  part.file = new_file();
  LIVE_TRY(write_file(world_.store.bodies() / part.file, body));
  auto insert = world_.store.prepare(
      "insert or replace into s3_part(upload, number, size, modified, etag, checksums, file) "
      "values(?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, upload).bind(2, part.number).bind(3, int64_t(body.size())).bind(4, part.modified);
  insert.bind(5, part.etag).bind(6, json::serialize(part.checksums)).bind(7, part.file).run();
  remove_file(replaced);
  return outcome::success();
}

std::vector<Part> Objects::parts(std::string_view upload) {
  auto query = world_.store.prepare(
      "select number, size, modified, etag, checksums, file from s3_part where upload = ? order by number");
  query.bind(1, upload);
  std::vector<Part> out;
  while (query.step())
    out.push_back({query.integer(0), query.integer(1), query.integer(2), query.text(3),
                   object_from(query.text(4)), query.text(5)});
  return out;
}

Result<std::string> Objects::body(const Part& part) { return read_file(world_.store.bodies() / part.file); }

}  // namespace live::cloud::s3
