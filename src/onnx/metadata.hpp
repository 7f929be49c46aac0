// What other programs write into an ONNX file about the images that its network wants.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace terramask::onnx_file {

struct Metadata {
  std::optional<double> scale{}, pixel_size_m{}, threshold{};
  std::vector<double> mean{}, std{};
  std::vector<std::string> classes{};
};

/// The keys of QGIS' Deepness (https://qgis-plugin-deepness.readthedocs.io), whose values are JSON: values
/// are divided by 255, standardised, and resampled to a resolution in cm. Empty where there are none.
/// @param warnings  of keys that cannot be read
Metadata read_metadata(const std::map<std::string, std::string, std::less<>>& entries,
                       std::vector<std::string>& warnings);

}  // namespace terramask::onnx_file
