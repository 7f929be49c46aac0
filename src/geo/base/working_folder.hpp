// Where an output is written before it gets its final name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/claimed_folder.hpp"

namespace terramask::geo {

class HeldDatabase;

/// A hidden folder beside the final file ("mask.tif" → ".mask.tif.part-inwork/"), and so on the same file
/// system. It is removed with its contents when the object is destroyed, unless the files were put in place.
/// Only one process at a time can hold it: it is the lock of the output. Files left in it by a killed process
/// are removed.
///
/// If the final name is a symbolic link, its target is written.
class WorkingFolder {
 public:
  /// Throws exists, naming the process, if another one is writing this output; usage, io.
  explicit WorkingFolder(const std::string& final_path);

  /// The finished file is written here under its final name, so that no reference in it or beside it names
  /// another file.
  std::string finished() const { return scratch(final_.filename().string()); }
  std::string finished_sidecar() const { return finished() + ".aux.xml"; }
  std::string scratch(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string final_path() const { return named_; }  ///< as given
  std::string target() const { return final_.string(); }
  std::uint64_t bytes() const;  ///< disk usage of its files

  /// Flushes the finished file and its sidecar (if any) to disk and renames them, the sidecar first. Sidecars
  /// of a replaced file (.aux.xml, .ovr, .msk) would apply to the new one, so they are removed. Throws exists
  /// if another program created the file in the meantime and `overwrite` is not set, or has it open and it is
  /// a database; io if a sidecar is incomplete.
  void put_in_place(bool overwrite);
  /// Replaces a database that is already locked.
  void put_in_place(bool overwrite, const HeldDatabase& replaced);

 private:
  void rename_files(bool overwrite);

  std::string named_;
  std::filesystem::path final_;
  ClaimedFolder folder_;
};

/// Writes the finished file of a folder in one call and flushes it to disk. Throws io with the bytes needed
/// and free.
void write_finished(const WorkingFolder& folder, std::string_view bytes);

/// Flushes a finished file to disk and renames it. Throws exists if a program has the replaced database open;
/// io, also if a GDAL sidecar (.aux.xml) is incomplete.
void rename_finished(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace terramask::geo
