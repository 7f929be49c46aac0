// A model's mask of an image, for a comparison that keeps none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/hidden_folder.hpp"
#include "terramask/class_info.hpp"
#include "terramask/executor.hpp"
#include "terramask/progress.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::tools {

/// In a hidden folder that goes with the object.
class ModelMask {
 public:
  /// @param beside  an output, whose folder is taken; empty: the system's for temporary files
  /// Throws as the Segmenter does.
  ModelMask(const std::string& model, const RasterOptions& image, const ExecutorOptions& device,
            const std::string& beside, const ProgressSink& progress);
  ~ModelMask();
  ModelMask(const ModelMask&) = delete;
  ModelMask& operator=(const ModelMask&) = delete;

  std::string path() const { return folder_->file("mask.tif"); }

  /// What the mask's values 0 to 65535 are among `classes`: 1 + the index of the class of the same name, else
  /// of "background", 0 where there is neither. Throws mismatch where fewer than two of the model's classes
  /// have a name there.
  std::vector<std::uint16_t> codes(const std::vector<ClassInfo>& classes) const;

 private:
  std::string model_;
  std::unique_ptr<HiddenFolder> folder_;
  std::vector<ClassInfo> classes_;  ///< the model's
};

}  // namespace terramask::tools
