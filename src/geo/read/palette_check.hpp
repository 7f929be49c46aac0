// Palettes of rasters that are joined by their values.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/progress.hpp"

class GDALDataset;

namespace terramask::geo {

/// Colours say what values mean where nothing names them: one value of two colours would join two classes.
/// Pixels are read only where palettes differ, to know which values occur.
class PaletteCheck {
 public:
  /// @param classes that the raster names
  void add(GDALDataset& raster, const std::string& path, std::span<const ClassInfo> classes);

  /// @throws Error mismatch for a value that occurs in two colours, and is not named by both rasters
  void check(const StopFlag* stop) const;

 private:
  struct Entry {
    std::string color;
    bool named = false;
    auto operator<=>(const Entry&) const = default;
  };
  using Palette = std::vector<Entry>;
  static bool differ(const Entry& one, const Entry& other) {
    return one.color != other.color && !(one.named && other.named);
  }
  bool any_differ() const;
  void compare(const std::string& path, const Palette& palette,
               std::map<int, std::pair<Entry, std::string>>& known) const;

  std::vector<std::string> paths_;
  std::vector<const Palette*> palettes_;  ///< of each path
  std::set<Palette> distinct_;
};

/// What is said where one value of two rasters has two colours.
[[noreturn]] void refuse_palettes(const std::string& path, int value, const std::string& color,
                                  const std::string& other, const std::string& other_color,
                                  const std::string& remedy);

}  // namespace terramask::geo
