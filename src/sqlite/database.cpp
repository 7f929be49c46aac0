#include "sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "core/file_holders.hpp"
#include "core/process_limits.hpp"
#include "terramask/error.hpp"
#include "terramask/progress.hpp"

namespace terramask::sqlite {
namespace {

/// Does not open the file, because closing it again would release the locks of this process's own
/// connections.
std::string locked_by(const std::string& path) {
  const std::string who = holder_of(path, Opened::for_writing);
  return fmt::format(": {} keeps it locked", who.empty() ? "another program" : who);
}

constexpr int kInstructions = 10'000;           // between checks of the flag: a fraction of a millisecond
constexpr int kPause = 20, kPatience = 30'000;  // milliseconds

bool stopped(const void* stop) {
  return stop != nullptr && static_cast<const StopFlag*>(stop)->requested();
}

/// Tables in untrusted files may be views that never end.
int on_progress(void* stop) {
  return stopped(stop) ? 1 : 0;
}

int on_busy(void* stop, int waited) {
  if (stopped(stop) || waited >= kPatience / kPause) return 0;
  sqlite3_sleep(kPause);
  return 1;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), parameter + 1, value) != SQLITE_OK) database_->fail();
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  if (sqlite3_bind_text64(statement_.get(), parameter + 1, text.data(), text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK)
    database_->fail();
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  if (sqlite3_bind_blob64(statement_.get(), parameter + 1, bytes.data(), bytes.size(), SQLITE_TRANSIENT) !=
      SQLITE_OK)
    database_->fail();
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  if (sqlite3_bind_double(statement_.get(), parameter + 1, value) != SQLITE_OK) database_->fail();
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  // The message is the connection's, and a reset may change it: construct the exception first, then reset.
  try {
    database_->fail();
  } catch (...) {
    sqlite3_reset(statement_.get());
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

Database::Database(const std::string& path, DatabaseOptions options)
    : name_(path.empty() ? "temporary tiles" : path), options_(std::move(options)) {
  std::error_code failed;
  if (options_.mode != Mode::create && !std::filesystem::exists(path, failed))
    throw Error(ErrorCode::not_found, path + ": no such file", "check the path");
  sqlite3* opened = nullptr;
  const int access = options_.mode == Mode::read    ? SQLITE_OPEN_READONLY
                     : options_.mode == Mode::write ? SQLITE_OPEN_READWRITE
                                                    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(path.c_str(), &opened, access | SQLITE_OPEN_FULLMUTEX, nullptr);
  handle_.reset(opened);
  if (result != SQLITE_OK) fail();
  sqlite3_extended_result_codes(opened, 1);
  // SQLite only reads the flag.
  void* flag = const_cast<StopFlag*>(options_.stop);
  sqlite3_busy_handler(opened, on_busy, flag);
  if (flag != nullptr) sqlite3_progress_handler(opened, kInstructions, on_progress, flag);
  // Restricts the functions that views and triggers of untrusted files may call.
  if (options_.mode == Mode::read) sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void Database::fail() const {
  if (options_.stop != nullptr) options_.stop->check();
  sqlite3* const database = handle_.get();
  const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_errcode(database);
  const std::string cause = database == nullptr ? "out of memory" : sqlite3_errmsg(database);
  const std::string message = fmt::format("{}: {}", name_, cause);
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      throw Error(ErrorCode::format, message, options_.if_damaged);
    case SQLITE_FULL:
      throw Error(ErrorCode::io, message, options_.if_full);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::io, message + locked_by(name_), "try again when that is done");
    case SQLITE_NOMEM:
      throw Error(ErrorCode::out_of_memory, message + memory_limit_note(), memory_remedy());
    default:
      throw Error(ErrorCode::io, message, "check the folder's permissions and the disk");
  }
}

Statement Database::prepare(const std::string& sql) {
  sqlite3_stmt* made = nullptr;
  const int result =
      sqlite3_prepare_v2(handle_.get(), sql.c_str(), static_cast<int>(sql.size()), &made, nullptr);
  std::unique_ptr<sqlite3_stmt, Statement::Finalize> statement(made);
  if (result != SQLITE_OK) fail();
  return {*this, std::move(statement)};
}

void Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

bool Database::has_table(const std::string& name) {
  Statement statement = prepare("SELECT 1 FROM sqlite_master WHERE name = ?");
  return statement.bind(0, std::string_view(name)).step();
}

int Database::changes() {
  return sqlite3_changes(handle_.get());
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  try {
    if (open_) database_.run("ROLLBACK");
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): another error is already being thrown
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace terramask::sqlite
