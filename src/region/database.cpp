#include "region/database.hpp"

#include <fmt/format.h>

namespace terramask::region {

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  const int code = sqlite3_prepare_v2(database_.handle(), sql.c_str(), -1, &statement_, nullptr);
  if (code != SQLITE_OK) database_.fail(code);
}
Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_, parameter, value);
  return *this;
}
Statement& Statement::bind(int parameter, double value) {
  sqlite3_bind_double(statement_, parameter, value);
  return *this;
}
Statement& Statement::bind(int parameter, const std::string& value) {
  sqlite3_bind_text64(statement_, parameter, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    sqlite3_reset(statement_);
    database_.fail(code);
  }
  return false;
}

void Statement::run() {
  while (step()) {
  }
  sqlite3_reset(statement_);
}

std::int64_t Statement::whole(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}
std::string Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

Database::Database(std::string path, bool create) : path_(std::move(path)) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path_.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string said = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
    sqlite3_close(handle_);
    handle_ = nullptr;
    throw Error(
        code == SQLITE_CANTOPEN && !create ? ErrorCode::not_found : ErrorCode::io,
        fmt::format("{}: cannot be opened: {}", path_, said),
        create ? "check the folder's permissions" : "is it the folder of a job, and may you write in it?");
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, 10'000);
}
Database::~Database() {
  sqlite3_close(handle_);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Database::fail(int code) const {
  const std::string said = sqlite3_errmsg(handle_);
  const int plain = code & 0xff;
  if (plain == SQLITE_FULL || plain == SQLITE_IOERR)
    throw Error(ErrorCode::io, fmt::format("{}: cannot be written: {}", path_, said),
                "is the disk full? make room and run it again with `resume`");
  if (plain == SQLITE_CORRUPT || plain == SQLITE_NOTADB)
    throw Error(ErrorCode::format, fmt::format("{}: damaged, or not a journal: {}", path_, said),
                "begin anew with `restart`");
  if (plain == SQLITE_BUSY || plain == SQLITE_LOCKED)
    throw Error(ErrorCode::exists, fmt::format("{}: another program is using it", path_),
                "wait until it has ended");
  throw Error(ErrorCode::io, fmt::format("{}: {}", path_, said),
              "check the permissions of the file and its folder");
}

Transaction::~Transaction() {
  if (!open_) return;
  // Whatever failed in it is on its way already.
  sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace terramask::region
