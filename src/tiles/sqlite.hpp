// SQLite held safely; what fails is an Error that names the file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace terramask {
class StopFlag;
}

namespace terramask::tiles {

/// One prepared statement; columns and parameters count from 0.
class Statement {
 public:
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);
  /// Whether there is a row. Throws format (a damaged file), io, cancelled.
  bool step();
  /// Runs to the end and makes it ready for new parameters.
  void run();
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;  ///< of a blob its bytes

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3* database, std::string name, const StopFlag* stop,
            std::unique_ptr<sqlite3_stmt, Finalize> statement)
      : database_(database), name_(std::move(name)), stop_(stop), statement_(std::move(statement)) {}

  sqlite3* database_;
  std::string name_;
  const StopFlag* stop_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A connection; for one thread at a time.
class Database {
 public:
  enum class Mode { read, create };

  /// @param path  "" with Mode::create is a temporary file that goes with the connection
  /// @param stop  ends statements and waits for other programs; may be null
  /// Throws not_found, format (not SQLite), io.
  Database(const std::string& path, Mode mode, const StopFlag* stop = nullptr);

  Statement prepare(const std::string& sql);
  void run(const std::string& sql);
  bool has_table(const std::string& name);
  /// Rows that the last statement changed.
  int changes();
  const std::string& name() const { return name_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::string name_;
  const StopFlag* stop_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// All that is changed while it lives, or (unless it is committed) nothing. Other processes wait.
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

}  // namespace terramask::tiles
