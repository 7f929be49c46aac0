// What became of the features of a vector file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terramask::labels {

struct FeatureTally {
  std::uint64_t read = 0;       ///< near the image
  std::uint64_t shapeless = 0;  ///< without a geometry: empty, or none that GDAL understands
  std::uint64_t matched = 0;    ///< by one of the rules, and for each of them
  std::uint64_t thin = 0;       ///< of these, points and lines without a width
  /// Of these, those for which no width was found: by the rule's place ("rules[2]") and the most it may be.
  std::map<std::pair<std::string, double>, std::uint64_t> widthless;
  /// Those whose width was not believed, so that the rule's next alternative was taken: how many, and what
  /// the first said.
  std::map<std::pair<std::string, double>, std::pair<std::uint64_t, std::string>> doubted;

  /// What is to be told of features that were left out or not believed.
  std::vector<std::string> warnings(const std::string& rules, const std::string& path) const;

  /// Why nothing was painted.
  /// @param all features in the file, where that is known
  /// @param elsewhere where the file and the image are, if not in the same place
  std::string why_nothing(const std::string& path, std::optional<std::uint64_t> all,
                          const std::string& elsewhere) const;
};

}  // namespace terramask::labels
