#include "region/journal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "geo/base/database_file.hpp"

namespace terramask::region {
namespace {

/// Another number is another set of columns.
constexpr std::int64_t schema_version = 2;

constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sources(rank INTEGER PRIMARY KEY, path TEXT NOT NULL, date TEXT NOT NULL,"
    " grid TEXT NOT NULL, fingerprint TEXT NOT NULL, fault TEXT NOT NULL, acquired TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS tiles(row INTEGER NOT NULL, col INTEGER NOT NULL, x INTEGER, y INTEGER,"
    " width INTEGER, height INTEGER, status TEXT NOT NULL, cause TEXT NOT NULL DEFAULT '',"
    " runs INTEGER NOT NULL DEFAULT 0, inputs TEXT NOT NULL DEFAULT '', pixels INTEGER, valid INTEGER,"
    " confidence REAL, seconds REAL, counts TEXT, bytes INTEGER, areas TEXT, PRIMARY KEY(row, col))"
    " WITHOUT ROWID;";

constexpr const char* columns =
    "row, col, x, y, width, height, status, cause, runs, inputs, pixels, valid, confidence, seconds, counts, "
    "bytes, areas";

template <class Number>
std::vector<Number> numbers(const std::string& text) {
  std::vector<Number> all;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    Number value = 0;
    const auto [rest, failed] = std::from_chars(at, end, value);
    if (failed != std::errc()) break;
    all.push_back(value);
    at = rest + 1;
  }
  return all;
}

JournalTile read_tile(const Statement& row) {
  JournalTile one;
  RegionTile& t = one.tile;
  t.row = row.whole(0);
  t.column = row.whole(1);
  t.window = {row.whole(2), row.whole(3), row.whole(4), row.whole(5)};
  t.status = row.text(6);
  t.cause = row.text(7);
  t.runs = row.whole(8);
  one.inputs = row.text(9);
  t.pixels = static_cast<std::uint64_t>(row.whole(10));
  t.valid = static_cast<std::uint64_t>(row.whole(11));
  t.confidence = row.real(12);
  t.seconds = row.real(13);
  t.counts = numbers<std::uint64_t>(row.text(14));
  one.bytes = static_cast<std::uint64_t>(row.whole(15));
  t.areas = numbers<double>(row.text(16));
  return one;
}

const std::string& closed(const std::string& path) {
  geo::check_closed(path, path);
  return path;
}

/// Makes a new journal's tables. Those of another version are not touched: they lack columns.
void make_tables(Database& database) {
  const bool made =
      Statement(database, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tiles'").step();
  if (made) {
    Statement version(database, "PRAGMA user_version");
    if (!version.step() || version.whole(0) != schema_version)
      throw Error(ErrorCode::format, database.path() + ": the journal of another version of Terramask",
                  "go on with that version, or begin anew with `restart`");
    return;
  }
  Transaction transaction(database);
  database.execute(schema);
  database.execute(fmt::format("PRAGMA user_version = {}", schema_version));
  transaction.commit();
}

}  // namespace

Journal::Journal(const std::string& path, bool create) : database_(closed(path), create) {
  // Alone on the file: the write-ahead log needs no shared memory then, which network file systems lack.
  database_.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  make_tables(database_);
}

std::string Journal::meta(const std::string& key) {
  const std::lock_guard lock(mutex_);
  Statement statement(database_, "SELECT value FROM meta WHERE key = ?");
  return statement.bind(1, key).step() ? statement.text(0) : std::string();
}

void Journal::set_meta(const std::string& key, const std::string& value) {
  const std::lock_guard lock(mutex_);
  Statement(database_, "INSERT OR REPLACE INTO meta VALUES(?, ?)").bind(1, key).bind(2, value).run();
}

std::vector<JournalSource> Journal::sources() {
  const std::lock_guard lock(mutex_);
  Statement row(database_,
                "SELECT path, date, grid, fingerprint, fault, acquired FROM sources ORDER BY rank");
  std::vector<JournalSource> all;
  while (row.step())
    all.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)});
  return all;
}

void Journal::set_sources(const std::vector<JournalSource>& sources) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(database_);
  database_.execute("DELETE FROM sources");
  Statement put(database_, "INSERT INTO sources VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const JournalSource& one = sources[i];
    put.bind(1, static_cast<std::int64_t>(i)).bind(2, one.path).bind(3, one.date).bind(4, one.grid);
    put.bind(5, one.fingerprint).bind(6, one.fault).bind(7, one.acquired).run();
  }
  transaction.commit();
}

std::map<TileKey, JournalTile> Journal::tiles() {
  const std::lock_guard lock(mutex_);
  Statement row(database_, fmt::format("SELECT {} FROM tiles ORDER BY row, col", columns));
  std::map<TileKey, JournalTile> all;
  while (row.step()) {
    JournalTile one = read_tile(row);
    const TileKey key{one.tile.row, one.tile.column};
    all.emplace(key, std::move(one));
  }
  return all;
}

void Journal::put(Statement& statement, const JournalTile& one) {
  const RegionTile& t = one.tile;
  statement.bind(1, t.row).bind(2, t.column).bind(3, t.window.x).bind(4, t.window.y);
  statement.bind(5, t.window.width).bind(6, t.window.height).bind(7, t.status).bind(8, t.cause);
  statement.bind(9, t.runs).bind(10, one.inputs).bind(11, static_cast<std::int64_t>(t.pixels));
  statement.bind(12, static_cast<std::int64_t>(t.valid)).bind(13, t.confidence).bind(14, t.seconds);
  statement.bind(15, fmt::format("{}", fmt::join(t.counts, ",")))
      .bind(16, static_cast<std::int64_t>(one.bytes));
  statement.bind(17, fmt::format("{}", fmt::join(t.areas, ","))).run();
}

void Journal::set_tiles(const std::vector<JournalTile>& tiles) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(database_);
  database_.execute("DELETE FROM tiles");
  Statement statement(database_,
                      "INSERT INTO tiles VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const JournalTile& one : tiles) put(statement, one);
  transaction.commit();
}

void Journal::count_begun(std::span<const TileKey> keys) {
  Statement statement(database_,
                      "UPDATE tiles SET status = 'running', runs = runs + 1 WHERE row = ? AND col = ?");
  for (const TileKey& key : keys) statement.bind(1, key.first).bind(2, key.second).run();
}

void Journal::began(std::span<const TileKey> keys) {
  const std::lock_guard lock(mutex_);
  // Whoever waits for a tile would wait for the disk.
  database_.execute("PRAGMA synchronous=NORMAL");
  {
    Transaction transaction(database_);
    count_begun(keys);
    transaction.commit();
  }
  database_.execute("PRAGMA synchronous=FULL");
}

void Journal::done(const JournalTile& one, std::span<const TileKey> begun) {
  const std::lock_guard lock(mutex_);
  const RegionTile& t = one.tile;
  Transaction transaction(database_);
  Statement statement(
      database_,
      "UPDATE tiles SET status = 'done', cause = '', inputs = ?, pixels = ?, valid = ?, "
      "confidence = ?, seconds = ?, counts = ?, bytes = ?, areas = ? WHERE row = ? AND col = ?");
  statement.bind(1, one.inputs).bind(2, static_cast<std::int64_t>(t.pixels));
  statement.bind(3, static_cast<std::int64_t>(t.valid)).bind(4, t.confidence).bind(5, t.seconds);
  statement.bind(6, fmt::format("{}", fmt::join(t.counts, ",")))
      .bind(7, static_cast<std::int64_t>(one.bytes));
  statement.bind(8, fmt::format("{}", fmt::join(t.areas, ","))).bind(9, t.row).bind(10, t.column).run();
  count_begun(begun);
  transaction.commit();
}

void Journal::failed(const TileKey& key, const std::string& cause) {
  const std::lock_guard lock(mutex_);
  Statement(database_, "UPDATE tiles SET status = 'failed', cause = ? WHERE row = ? AND col = ?")
      .bind(1, cause)
      .bind(2, key.first)
      .bind(3, key.second)
      .run();
}

void Journal::released(const TileKey& key, const std::string& cause) {
  const std::lock_guard lock(mutex_);
  Statement(database_, "UPDATE tiles SET status = 'pending', cause = ? WHERE row = ? AND col = ?")
      .bind(1, cause)
      .bind(2, key.first)
      .bind(3, key.second)
      .run();
}

void Journal::returned(std::span<const TileKey> keys) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(database_);
  Statement statement(database_,
                      "UPDATE tiles SET status = 'pending', runs = runs - 1 WHERE row = ? AND col = ?");
  for (const TileKey& key : keys) statement.bind(1, key.first).bind(2, key.second).run();
  transaction.commit();
}

}  // namespace terramask::region
