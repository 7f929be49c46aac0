#include "region/journal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "geo/base/database_file.hpp"
#include "region/enum_names.hpp"

namespace terramask::region {
namespace {

/// Another number is another set of columns.
constexpr std::int64_t kSchemaVersion = 2;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sources(rank INTEGER PRIMARY KEY, path TEXT NOT NULL, date TEXT NOT NULL,"
    " grid TEXT NOT NULL, fingerprint TEXT NOT NULL, fault TEXT NOT NULL, acquired TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS tiles(row INTEGER NOT NULL, col INTEGER NOT NULL, x INTEGER, y INTEGER,"
    " width INTEGER, height INTEGER, status TEXT NOT NULL, cause TEXT NOT NULL DEFAULT '',"
    " runs INTEGER NOT NULL DEFAULT 0, inputs TEXT NOT NULL DEFAULT '', pixels INTEGER, valid INTEGER,"
    " confidence REAL, seconds REAL, counts TEXT, bytes INTEGER, areas TEXT, PRIMARY KEY(row, col))"
    " WITHOUT ROWID;";

constexpr const char* kColumns =
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

/// @param journal  its file, for errors
JournalTile read_tile(const sqlite::Statement& row, const std::string& journal) {
  JournalTile one;
  RegionTile& t = one.tile;
  t.row = row.integer(0);
  t.column = row.integer(1);
  t.window = {row.integer(2), row.integer(3), row.integer(4), row.integer(5)};
  const auto status = value_of<TileStatus>(row.text(6));
  if (!status)
    throw Error(ErrorCode::format,
                fmt::format("{}: a tile has the unknown status \"{}\"", journal, row.text(6)),
                "start over with `restart`");
  t.status = *status;
  t.cause = row.text(7);
  t.runs = row.integer(8);
  one.inputs = row.text(9);
  t.pixels = static_cast<std::uint64_t>(row.integer(10));
  t.valid = static_cast<std::uint64_t>(row.integer(11));
  t.confidence = row.real(12);
  t.seconds = row.real(13);
  t.counts = numbers<std::uint64_t>(row.text(14));
  one.bytes = static_cast<std::uint64_t>(row.integer(15));
  t.areas = numbers<double>(row.text(16));
  return one;
}

const std::string& closed(const std::string& path) {
  geo::check_closed(path, path);
  return path;
}

/// Makes a new journal's tables. Those of another version are not touched: they lack columns.
void make_tables(sqlite::Database& database) {
  const bool made =
      database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tiles'").step();
  if (made) {
    sqlite::Statement version = database.prepare("PRAGMA user_version");
    if (!version.step() || version.integer(0) != kSchemaVersion)
      throw Error(ErrorCode::format, database.name() + ": the journal of another version of Terramask",
                  "use that version, or start over with `restart`");
    return;
  }
  sqlite::Transaction transaction(database);
  database.run(kSchema);
  database.run(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  transaction.commit();
}

}  // namespace

Journal::Journal(const std::string& path, bool create)
    : database_(closed(path), {.mode = create ? sqlite::Mode::create : sqlite::Mode::write,
                               .if_damaged = "start over with `restart`",
                               .if_full = "make room on the disk and run it again with `resume`"}) {
  // Alone on the file: the write-ahead log needs no shared memory then, which network file systems lack.
  database_.run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  make_tables(database_);
}

std::string Journal::meta(const std::string& key) {
  const std::lock_guard lock(mutex_);
  sqlite::Statement statement = database_.prepare("SELECT value FROM meta WHERE key = ?");
  return statement.bind(0, key).step() ? statement.text(0) : std::string();
}

void Journal::set_meta(const std::string& key, const std::string& value) {
  const std::lock_guard lock(mutex_);
  database_.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)").bind(0, key).bind(1, value).run();
}

std::vector<JournalSource> Journal::sources() {
  const std::lock_guard lock(mutex_);
  sqlite::Statement row =
      database_.prepare("SELECT path, date, grid, fingerprint, fault, acquired FROM sources ORDER BY rank");
  std::vector<JournalSource> all;
  while (row.step())
    all.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)});
  return all;
}

void Journal::set_sources(const std::vector<JournalSource>& sources) {
  const std::lock_guard lock(mutex_);
  sqlite::Transaction transaction(database_);
  database_.run("DELETE FROM sources");
  sqlite::Statement put = database_.prepare("INSERT INTO sources VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const JournalSource& one = sources[i];
    put.bind(0, static_cast<std::int64_t>(i)).bind(1, one.path).bind(2, one.date).bind(3, one.grid);
    put.bind(4, one.fingerprint).bind(5, one.fault).bind(6, one.acquired).run();
  }
  transaction.commit();
}

std::map<TileKey, JournalTile> Journal::tiles() {
  const std::lock_guard lock(mutex_);
  sqlite::Statement row = database_.prepare(fmt::format("SELECT {} FROM tiles ORDER BY row, col", kColumns));
  std::map<TileKey, JournalTile> all;
  while (row.step()) {
    JournalTile one = read_tile(row, database_.name());
    const TileKey key{one.tile.row, one.tile.column};
    all.emplace(key, std::move(one));
  }
  return all;
}

void Journal::put(sqlite::Statement& statement, const JournalTile& one) {
  const RegionTile& t = one.tile;
  statement.bind(0, t.row).bind(1, t.column).bind(2, t.window.x).bind(3, t.window.y);
  statement.bind(4, t.window.width).bind(5, t.window.height).bind(6, name_of(t.status)).bind(7, t.cause);
  statement.bind(8, t.runs).bind(9, one.inputs).bind(10, static_cast<std::int64_t>(t.pixels));
  statement.bind(11, static_cast<std::int64_t>(t.valid)).bind(12, t.confidence).bind(13, t.seconds);
  statement.bind(14, fmt::format("{}", fmt::join(t.counts, ",")))
      .bind(15, static_cast<std::int64_t>(one.bytes));
  statement.bind(16, fmt::format("{}", fmt::join(t.areas, ","))).run();
}

void Journal::set_tiles(const std::vector<JournalTile>& tiles) {
  const std::lock_guard lock(mutex_);
  sqlite::Transaction transaction(database_);
  database_.run("DELETE FROM tiles");
  sqlite::Statement statement =
      database_.prepare("INSERT INTO tiles VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const JournalTile& one : tiles) put(statement, one);
  transaction.commit();
}

void Journal::count_begun(std::span<const TileKey> keys) {
  sqlite::Statement statement =
      database_.prepare("UPDATE tiles SET status = 'running', runs = runs + 1 WHERE row = ? AND col = ?");
  for (const TileKey& key : keys) statement.bind(0, key.first).bind(1, key.second).run();
}

void Journal::began(std::span<const TileKey> keys) {
  const std::lock_guard lock(mutex_);
  // Whoever waits for a tile would wait for the disk.
  database_.run("PRAGMA synchronous=NORMAL");
  {
    sqlite::Transaction transaction(database_);
    count_begun(keys);
    transaction.commit();
  }
  database_.run("PRAGMA synchronous=FULL");
}

void Journal::done(const JournalTile& one, std::span<const TileKey> begun) {
  const std::lock_guard lock(mutex_);
  const RegionTile& t = one.tile;
  sqlite::Transaction transaction(database_);
  sqlite::Statement statement = database_.prepare(
      "UPDATE tiles SET status = 'done', cause = '', inputs = ?, pixels = ?, valid = ?, "
      "confidence = ?, seconds = ?, counts = ?, bytes = ?, areas = ? WHERE row = ? AND col = ?");
  statement.bind(0, one.inputs).bind(1, static_cast<std::int64_t>(t.pixels));
  statement.bind(2, static_cast<std::int64_t>(t.valid)).bind(3, t.confidence).bind(4, t.seconds);
  statement.bind(5, fmt::format("{}", fmt::join(t.counts, ",")))
      .bind(6, static_cast<std::int64_t>(one.bytes));
  statement.bind(7, fmt::format("{}", fmt::join(t.areas, ","))).bind(8, t.row).bind(9, t.column).run();
  count_begun(begun);
  transaction.commit();
}

void Journal::failed(const TileKey& key, const std::string& cause) {
  const std::lock_guard lock(mutex_);
  database_.prepare("UPDATE tiles SET status = 'failed', cause = ? WHERE row = ? AND col = ?")
      .bind(0, cause)
      .bind(1, key.first)
      .bind(2, key.second)
      .run();
}

void Journal::released(const TileKey& key, const std::string& cause) {
  const std::lock_guard lock(mutex_);
  database_.prepare("UPDATE tiles SET status = 'pending', cause = ? WHERE row = ? AND col = ?")
      .bind(0, cause)
      .bind(1, key.first)
      .bind(2, key.second)
      .run();
}

void Journal::returned(std::span<const TileKey> keys) {
  const std::lock_guard lock(mutex_);
  sqlite::Transaction transaction(database_);
  sqlite::Statement statement =
      database_.prepare("UPDATE tiles SET status = 'pending', runs = runs - 1 WHERE row = ? AND col = ?");
  for (const TileKey& key : keys) statement.bind(0, key.first).bind(1, key.second).run();
  transaction.commit();
}

}  // namespace terramask::region
