// RAII wrappers for SQLite; failures are Errors that name the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace terramask {
class StopFlag;
}

namespace terramask::sqlite {

class Database;

/// One prepared statement; the database must outlive it. Columns and parameters are numbered from 0.
class Statement {
 public:
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);
  /// Returns whether there is a row. Throws format (a damaged file), io, cancelled.
  bool step();
  /// Runs to the end and resets for new parameters.
  void run();
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;  ///< of a blob, its bytes

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(const Database& database, std::unique_ptr<sqlite3_stmt, Finalize> statement)
      : database_(&database), statement_(std::move(statement)) {}

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class Mode : std::uint8_t { read, write, create };

struct DatabaseOptions {
  Mode mode = Mode::read;
  const StopFlag* stop = nullptr;  ///< interrupts statements and waiting for other programs
  /// The advice in errors.
  std::string if_damaged = "copy the file again, or remove it if it is a cache";
  std::string if_full = "make room on the disk, or name another place";
};

/// A connection. Use it in one thread at a time.
class Database {
 public:
  /// @param path  "" with Mode::create is a temporary file, deleted with the connection
  /// Throws not_found, format (not SQLite), io.
  Database(const std::string& path, DatabaseOptions options);
  Database(const Database&) = delete;  // statements hold its address
  Database& operator=(const Database&) = delete;

  Statement prepare(const std::string& sql);
  void run(const std::string& sql);
  bool has_table(const std::string& name);
  /// Rows changed by the last statement.
  int changes();
  const std::string& name() const { return name_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  friend class Statement;
  /// Throws the connection's last error.
  [[noreturn]] void fail() const;

  std::string name_;
  DatabaseOptions options_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// All changes during its lifetime are undone unless committed. Other processes wait.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace terramask::sqlite
