// Where an output grows before it stands under its final name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/claimed_folder.hpp"

namespace terramask::geo {

class HeldDatabase;

/// A hidden folder beside the final file ("mask.tif" → ".mask.tif.part-inwork/"), so on the same file system;
/// removed with everything in it when the object goes, unless the files were put in place. One process at a
/// time has it: it is the lock of the output. What a killed process left in it is removed.
///
/// Where the final name is a symbolic link, its target is what is written.
class WorkingFolder {
 public:
  /// Throws exists where another process is writing this output, naming it; usage, io.
  explicit WorkingFolder(const std::string& final_path);

  /// The finished file grows here, under its final name, so that nothing in it or beside it names another
  /// file.
  std::string finished() const { return scratch(final_.filename().string()); }
  std::string finished_sidecar() const { return finished() + ".aux.xml"; }
  std::string scratch(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string final_path() const { return named_; }  ///< as it was named
  std::string target() const { return final_.string(); }
  std::uint64_t bytes() const;  ///< what its files hold on disk

  /// Flushes the finished file and its sidecar (if any) to disk and renames them, the sidecar first. Sidecars
  /// of a file that is replaced (.aux.xml, .ovr, .msk) would speak for the new one: they go. Throws exists
  /// where another program made the file in the meantime and `overwrite` is not set, or has it open and it is
  /// a database; io where a sidecar is not whole.
  void put_in_place(bool overwrite);
  /// Of a database that is held already.
  void put_in_place(bool overwrite, const HeldDatabase& replaced);

 private:
  void rename_files(bool overwrite);

  std::string named_;
  std::filesystem::path final_;
  ClaimedFolder folder_;
};

/// Writes the whole finished file of a folder, to the disk. Throws io with the bytes needed and free.
void write_finished(const WorkingFolder& folder, std::string_view bytes);

/// Flushes a finished file to disk and gives it its name. Throws exists where a program has the database open
/// that it replaces; io, also where a sidecar of GDAL (.aux.xml) is not whole.
void rename_finished(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace terramask::geo
