// Checks the palettes of rasters that are joined by value.
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

/// Colours identify values that have no names: a value with two colours would merge two classes. Pixels are
/// read only if palettes differ, to find the values that occur.
class PaletteCheck {
 public:
  /// @param classes named by the raster
  void add(GDALDataset& raster, const std::string& path, std::span<const ClassInfo> classes);

  /// @throws Error mismatch for a value that occurs in two colours and is not named by both rasters
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
  std::vector<const Palette*> palettes_;  ///< one per path
  std::set<Palette> distinct_;
};

/// Throws the error for a value with different colours in two rasters.
[[noreturn]] void refuse_palettes(const std::string& path, int value, const std::string& color,
                                  const std::string& other, const std::string& other_color,
                                  const std::string& remedy);

}  // namespace terramask::geo
