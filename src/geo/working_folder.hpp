// Where an output grows before it stands under its final name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace terramask::geo {

/// A hidden folder of its own beside the final file ("mask.tif" → ".mask.tif.part-a8Xk2p/"), so on the same
/// file system; removed with everything in it when the object goes, unless the files were put in place.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::string& final_path);
  ~WorkingFolder();
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

  /// The finished file grows here, under its final name, so that nothing in it or beside it names another
  /// file.
  std::string finished() const { return (folder_ / final_.filename()).string(); }
  std::string finished_sidecar() const { return finished() + ".aux.xml"; }
  std::string scratch(const std::string& name) const { return (folder_ / name).string(); }
  std::string final_path() const { return final_.string(); }
  std::uint64_t bytes() const;  ///< what its files hold on disk

  /// Flushes the finished file and its sidecar (if any) to disk and renames them, the sidecar first. Sidecars
  /// of a file that is replaced (.aux.xml, .ovr, .msk) would speak for the new one: they go. Throws exists
  /// where another program made the file in the meantime and `overwrite` is not set.
  void put_in_place(bool overwrite);

 private:
  std::filesystem::path final_;
  std::filesystem::path folder_;
};

}  // namespace terramask::geo
