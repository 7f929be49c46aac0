// SQLite files, such as GeoPackages, that are to be replaced. While others have one open, or have left its
// journals behind, the journals would be laid over the new file.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace terramask::geo {

/// Whether the file begins as SQLite's do.
bool is_database(const std::string& path);

/// Throws exists, naming the program, where another one has the database open; readers without a write-ahead
/// log are in nobody's way. Also where the file itself is gone and its journals are held.
/// @param name of the file in messages
void check_closed(const std::string& path, const std::string& name);

/// A SQLite file to look into.
class DatabaseFile {
 public:
  /// As it stands, without a lock and without its journals.
  DatabaseFile(std::string path, std::string name);

  const std::string& path() const { return path_; }
  /// Whether it can be read: it is there, and is a database.
  bool readable() const { return handle_ != nullptr; }
  /// The rows' first column. Throws format where the query fails.
  std::vector<std::string> texts(const std::string& sql) const;

 protected:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Unopened {};
  DatabaseFile(std::string path, std::string name, Unopened /*unused*/);

  std::string path_, name_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A database of which others are kept away while it lives. What a killed program left in its journals is
/// brought home first, and no journals are left, so that the file may be replaced, removed, or copied.
/// A file that is not there, or is damaged, merely loses its journals.
class HeldDatabase : public DatabaseFile {
 public:
  /// Throws what `check_closed` throws; io.
  HeldDatabase(std::string path, std::string name);

  /// Copies it, page by page, to a new file.
  void copy_to(const std::string& path) const;
};

}  // namespace terramask::geo
