// SQLite files, such as GeoPackages, that are to be replaced. If another process has the database open, or
// has left its journals behind, SQLite would apply the journals to the new file.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace terramask::geo {

/// Whether the file has an SQLite header.
bool is_database(const std::string& path);

/// Throws exists, naming the program, if another process has the database open. Readers without a write-ahead
/// log do not block. Also checks the journals of a file that no longer exists.
/// @param name of the file in messages
void check_closed(const std::string& path, const std::string& name);

/// An SQLite file opened for reading.
class DatabaseFile {
 public:
  /// Reads the file as it is, without a lock and without its journals.
  DatabaseFile(std::string path, std::string name);

  const std::string& path() const { return path_; }
  /// Whether the file exists and is a database.
  bool readable() const { return handle_ != nullptr; }
  /// The first column of the result. Throws format if the query fails.
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

/// A database that is locked against other processes for the lifetime of the object. Journals left by a
/// killed program are first written back to the file and then removed, so that the file can be replaced,
/// removed or copied. For a missing or damaged file, only the journals are removed.
class HeldDatabase : public DatabaseFile {
 public:
  /// Throws as `check_closed` does; io.
  HeldDatabase(std::string path, std::string name);

  /// Copies the database to a new file, page by page.
  void copy_to(const std::string& path) const;
};

}  // namespace terramask::geo
