#include "cloud/logs/events.h"

namespace live::cloud {

void create_log_tables(Store& store) {
  store.execute(
      "CREATE TABLE IF NOT EXISTS log_events(id INTEGER PRIMARY KEY, region TEXT NOT NULL, grp TEXT NOT NULL,"
      " stream TEXT NOT NULL, at INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL)");
  store.execute("CREATE INDEX IF NOT EXISTS log_events_by_stream ON log_events(region, grp, stream, at, id)");
  store.execute("CREATE INDEX IF NOT EXISTS log_events_by_group ON log_events(region, grp, at, id)");
}

void append_event(Store& store, std::string_view region, std::string_view group, const LogEvent& event) {
  store.prepare("INSERT INTO log_events(region, grp, stream, at, ingested, message) VALUES(?, ?, ?, ?, ?, ?)")
      .bind(1, region)
      .bind(2, group)
      .bind(3, event.stream)
      .bind(4, event.at_ms)
      .bind(5, event.ingested_ms)
      .bind(6, event.message)
      .run();
}

void erase_events(Store& store, std::string_view region, std::string_view group, std::string_view stream) {
  auto statement =
      store.prepare(stream.empty() ? "DELETE FROM log_events WHERE region = ? AND grp = ?"
                                   : "DELETE FROM log_events WHERE region = ? AND grp = ? AND stream = ?");
  statement.bind(1, region).bind(2, group);
  if (!stream.empty()) statement.bind(3, stream);
  statement.run();
}

std::vector<LogEvent> read_events(Store& store, std::string_view region, std::string_view group,
                                  std::string_view stream, LogSpan span, int64_t skip, int64_t limit) {
  auto statement =
      store.prepare(stream.empty() ? "SELECT id, stream, at, ingested, message FROM log_events WHERE region "
                                     "= ?1 AND grp = ?2 AND at >= ?4 AND "
                                     "at < ?5 ORDER BY at, id LIMIT ?6 OFFSET ?7"
                                   : "SELECT id, stream, at, ingested, message FROM log_events WHERE region "
                                     "= ?1 AND grp = ?2 AND stream = ?3 "
                                     "AND at >= ?4 AND at < ?5 ORDER BY at, id LIMIT ?6 OFFSET ?7");
  statement.bind(1, region)
      .bind(2, group)
      .bind(4, span.from_ms)
      .bind(5, span.until_ms)
      .bind(6, limit)
      .bind(7, skip);
  if (!stream.empty()) statement.bind(3, stream);
  std::vector<LogEvent> events;
  while (statement.step()) {
    events.push_back({.id = statement.integer(0),
                      .stream = statement.text(1),
                      .at_ms = statement.integer(2),
                      .ingested_ms = statement.integer(3),
                      .message = statement.text(4)});
  }
  return events;
}

int64_t count_events(Store& store, std::string_view region, std::string_view group, std::string_view stream,
                     LogSpan span) {
  auto statement = store.prepare(
      "SELECT count(*) FROM log_events WHERE region = ? AND grp = ? AND stream = ? AND at "
      ">= ? AND at < ?");
  statement.bind(1, region).bind(2, group).bind(3, stream).bind(4, span.from_ms).bind(5, span.until_ms);
  return statement.step() ? statement.integer(0) : 0;
}

}  // namespace live::cloud
