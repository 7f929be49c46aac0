#include "geo/base/database_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/file_holders.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr std::array kJournals{"-wal", "-shm", "-journal"};
constexpr int kPatience = 3000;  // milliseconds, for readers that are about to finish

Error held(const std::string& name, const std::string& who) {
  return {ErrorCode::exists, fmt::format("{}: {} has it open", name, who.empty() ? "another program" : who),
          "close it there, or name another output"};
}

std::string holder(const std::string& path) {
  std::string who = holder_of(path, Opened::for_writing);
  if (who.empty()) who = locker_of(path, Opened::for_writing);
  for (const char* journal : kJournals) {
    if (who.empty()) who = holder_of(path + journal, Opened::any);
    if (who.empty()) who = locker_of(path + journal, Opened::any);
  }
  return who;
}

bool has_journals(const std::string& path) {
  std::error_code failed;
  for (const char* journal : kJournals)
    if (std::filesystem::exists(path + journal, failed)) return true;
  return false;
}

void remove_journals(const std::string& path) {
  std::error_code failed;
  for (const char* journal : kJournals) std::filesystem::remove(path + journal, failed);
}

bool is_busy(int code) {
  return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
}

int run(sqlite3* handle, const char* sql) {
  return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
}

/// Leaves write-ahead logging, so that the file itself holds all contents, and locks it: once acquired, the
/// connection keeps the lock.
int hold(sqlite3* handle) {
  std::string mode;
  const auto keep = [](void* to, int, char** values, char**) {
    *static_cast<std::string*>(to) = values[0];
    return 0;
  };
  int code = sqlite3_exec(handle, "PRAGMA journal_mode = DELETE", keep, &mode, nullptr);
  if (code == SQLITE_OK && mode != "delete") code = SQLITE_BUSY;
  if (code == SQLITE_OK) code = run(handle, "PRAGMA locking_mode = EXCLUSIVE");
  if (code == SQLITE_OK) code = run(handle, "BEGIN EXCLUSIVE");
  if (code == SQLITE_OK) code = run(handle, "COMMIT");
  return code;
}

}  // namespace

bool is_database(const std::string& path) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::array<char, magic.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), begin.size()) && std::string_view(begin.data(), begin.size()) == magic;
}

void check_closed(const std::string& path, const std::string& name) {
  if (!is_database(path) && !has_journals(path)) return;
  if (const std::string who = holder(path); !who.empty()) throw held(name, who);
}

void DatabaseFile::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

DatabaseFile::DatabaseFile(std::string path, std::string name, Unopened /*unused*/)
    : path_(std::move(path)), name_(std::move(name)) {}

DatabaseFile::DatabaseFile(std::string path, std::string name)
    : DatabaseFile(std::move(path), std::move(name), Unopened{}) {
  if (!is_database(path_)) return;
  std::string address = "file:";
  for (const char c : std::filesystem::absolute(path_).string())
    address += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02x}", c) : std::string(1, c);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2((address + "?immutable=1").c_str(), &opened,
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) handle_.reset();
}

HeldDatabase::HeldDatabase(std::string path, std::string name)
    : DatabaseFile(std::move(path), std::move(name), Unopened{}) {
  check_closed(path_, name_);
  if (is_database(path_)) {
    if (::access(path_.c_str(), W_OK) != 0)
      throw Error(ErrorCode::io, fmt::format("{}: is not writable", name_),
                  "change its permissions, or name another output");
    sqlite3* opened = nullptr;
    int code = sqlite3_open_v2(path_.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
    handle_.reset(opened);
    sqlite3_busy_timeout(opened, kPatience);
    if (code == SQLITE_OK) code = hold(opened);
    if (is_busy(code)) {
      handle_.reset();
      std::string who = holder_of(path_, Opened::any);
      throw held(name_, who.empty() ? locker_of(path_, Opened::any) : who);
    }
    const int kind = code & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) {
      handle_.reset();  // nothing to preserve
    } else if (code != SQLITE_OK) {
      const std::string said = sqlite3_errmsg(opened);
      handle_.reset();
      throw Error(ErrorCode::io, fmt::format("{}: cannot be prepared to be replaced: {}", name_, said),
                  "check the free space and the permissions of the file and its folder");
    }
  }
  if (handle_ == nullptr || has_journals(path_)) remove_journals(path_);
}

void HeldDatabase::copy_to(const std::string& path) const {
  sqlite3* opened = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const std::unique_ptr<sqlite3, Close> copy(opened);
  if (code == SQLITE_OK) code = run(opened, "PRAGMA journal_mode = OFF");
  if (code == SQLITE_OK) {
    sqlite3_backup* backup = sqlite3_backup_init(opened, "main", handle_.get(), "main");
    const int stepped = backup != nullptr ? sqlite3_backup_step(backup, -1) : SQLITE_ERROR;
    code = backup != nullptr ? sqlite3_backup_finish(backup) : sqlite3_errcode(opened);
    if (code == SQLITE_OK && stepped != SQLITE_DONE) code = stepped;
  }
  if (code != SQLITE_OK)
    throw Error(ErrorCode::io,
                fmt::format("{}: cannot be copied to add the layer: {}", name_, sqlite3_errmsg(opened)),
                "make room on its disk: it is copied, and the copy replaces it when it is whole");
}

std::vector<std::string> DatabaseFile::texts(const std::string& sql) const {
  sqlite3_stmt* made = nullptr;
  int code = sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &made, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(made, &sqlite3_finalize);
  std::vector<std::string> all;
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(made);
    if (code != SQLITE_ROW) break;
    const unsigned char* text = sqlite3_column_text(made, 0);
    all.emplace_back(text == nullptr ? "" : reinterpret_cast<const char*>(text));
  }
  if (code != SQLITE_DONE)
    throw Error(ErrorCode::format,
                fmt::format("{}: a damaged database: {}", name_, sqlite3_errmsg(handle_.get())),
                "repair it, or name another output");
  return all;
}

}  // namespace terramask::geo
