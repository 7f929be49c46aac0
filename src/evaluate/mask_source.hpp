// Reads a mask's pixels as codes.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "evaluate/class_match.hpp"
#include "evaluate/codes.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/read/nearest_reader.hpp"
#include "terramask/class_info.hpp"
#include "terramask/progress.hpp"

namespace terramask::evaluation {

/// The classes that a raster names for itself; may be empty.
std::vector<ClassInfo> legend_of(const std::string& path);

/// Whole numbers of a raster's one band (alpha aside), on a grid. Values that are no whole number from 0 to
/// 65534 are reported as they are.
class ValueReader {
 public:
  /// @throws Error mismatch where there are several bands, and what NearestReader throws
  ValueReader(const std::string& path, const Grid& grid, const std::string& grid_name);
  ValueReader(const std::string& path, const Grid& grid) : ValueReader(path, grid, path) {}

  /// @param code_of maps a value to its code; asked once a value
  template <class F>
  void read(const Window& window, std::vector<Code>& codes, Code invalid, const F& code_of);

  /// Counts the pixels of `core` that are `unknown` in the block read last, by their values.
  void count_unknown(const CodeBlock& block, const Window& core, UnknownValues& values) const;
  bool assumed() const { return reader_.assumed(); }
  const std::string& note() const { return reader_.note(); }
  /// Whether the raster's data type has this value.
  bool may_hold(double value) const;

 private:
  static constexpr Code not_asked = -9;

  std::string path_;
  GDALDataType type_ = GDT_Unknown;
  geo::NearestReader reader_;
  std::vector<float> values_;
  std::vector<std::uint8_t> valid_;
  std::vector<Code> table_;  ///< of the values met so far
};

class MaskSource {
 public:
  MaskSource(const std::string& path, const std::vector<ClassInfo>& classes);

  const Grid& grid() const { return grid_; }
  void read(const Window& window, CodeBlock& block);
  /// Counts values of a block of the mask (one that does not overlap others) that are no class.
  void count_unknown(const CodeBlock& block, const Window& core);
  /// Throws mismatch where some were counted.
  void check() const;

 private:
  std::string path_;
  Grid grid_;
  std::vector<ClassInfo> classes_;
  ValueReader reader_;
  UnknownValues unknown_;
};

/// All values in a mask, sorted; reads the whole of it. Throws mismatch where there are too many to be
/// classes.
std::vector<int> values_in(const std::string& path, const StopFlag* stop);

template <class F>
void ValueReader::read(const Window& window, std::vector<Code>& codes, Code invalid, const F& code_of) {
  const std::size_t count = geo::pixels(window);
  values_.resize(count);
  valid_.resize(count);
  codes.resize(count);
  reader_.read(window, values_, valid_);
  for (std::size_t i = 0; i < count; ++i) {
    if (valid_[i] == 0) {
      codes[i] = invalid;
      continue;
    }
    const float value = values_[i];
    if (!(value >= 0 && value < 65536) || value != static_cast<float>(static_cast<int>(value))) {
      codes[i] = code_of(static_cast<double>(value));
      continue;
    }
    if (static_cast<std::size_t>(value) >= table_.size())
      table_.resize(static_cast<std::size_t>(value) + 1, not_asked);
    Code& known = table_[static_cast<std::size_t>(value)];
    if (known == not_asked) known = code_of(static_cast<double>(value));
    codes[i] = known;
  }
}

}  // namespace terramask::evaluation
