// Common to the writers: blocks are collected in a working file, converted to a COG, verified and put in
// place.
#pragma once

#include <gdal_priv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/base/content_digest.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/style/decoration.hpp"
#include "geo/style/style_file.hpp"
#include "geo/write/cog.hpp"
#include "geo/write/overviews.hpp"

namespace terramask::geo {

struct StagedCogOptions {
  std::string path;
  bool overwrite = false;
  CogExpectation contents;
  CreationOptions creation_options;       ///< of the COG
  Reduction reduction = Reduction::mode;  ///< of overviews, unless overridden by the creation options
  std::uint64_t peak_bytes = 0;           ///< maximum size on disk, for messages
  std::string style{};                    ///< StyleElements::raster; empty: none
};

/// @tparam T type of the values passed (as for ContentDigest); stored as contents.type
template <class T>
class StagedCog {
 public:
  /// Checks the output and opens the working file. Pixels that are not written stay nodata.
  explicit StagedCog(StagedCogOptions options);
  ~StagedCog();
  StagedCog(const StagedCog&) = delete;
  StagedCog& operator=(const StagedCog&) = delete;

  /// For what is stored in the TIFF itself (palette, band names, ...); errors are detected by `finish`.
  GDALDataset& working() { return *working_; }

  /// Each pixel at most once, in any order.
  /// @param values height × width; @param band from 0
  void write(const Window& window, int band, std::span<const T> values);

  /// Does all the work except giving the file its final name.
  /// @param decorate sets what GDAL stores in the sidecar, on the finished COG opened for reading
  void complete(const std::function<void(GDALDataset&)>& decorate, const ProgressSink& progress,
                const StopFlag* stop);

  /// Gives the complete file its final name.
  void put_in_place();

 private:
  [[noreturn]] void fail(const std::string& doing, const std::string& gdal_text);
  std::string build_own_overviews(const ProgressSink& progress, const StopFlag* stop);
  void write_sidecar(const std::function<void(GDALDataset&)>& decorate);
  void verify(const ProgressSink& progress, const StopFlag* stop);
  DatasetPtr open_finished();
  void remove_working_file();

  StagedCogOptions options_;
  ContentDigest digest_;
  std::unique_ptr<WorkingFolder> folder_;
  std::unique_ptr<StyleFile> style_;
  DatasetPtr working_;
  Decoration decoration_;
  std::string working_path_;
};

}  // namespace terramask::geo
