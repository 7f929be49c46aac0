#include "evaluate/mask_source.hpp"

#include <fmt/format.h>

#include <set>

#include "geo/files/open.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::evaluation {
namespace {

constexpr std::int64_t kSide = 1024;
constexpr std::size_t kMostValues = 1000;

geo::NearestReader open_classes(const std::string& path, const Grid& grid, const std::string& grid_name,
                                GDALDataType& type) {
  geo::FileFacts facts = geo::describe(*geo::open_raster(path), path);
  const int band = geo::class_band(facts);
  type = facts.bands[static_cast<std::size_t>(band - 1)].type;
  return {facts, {band}, grid, grid_name};
}

}  // namespace

std::vector<ClassInfo> legend_of(const std::string& path) {
  return geo::read_classes(*geo::open_raster(path));
}

ValueReader::ValueReader(const std::string& path, const Grid& grid, const std::string& grid_name)
    : path_(path), reader_(open_classes(path, grid, grid_name, type_)) {}

bool ValueReader::may_hold(double value) const {
  int clamped = FALSE, rounded = FALSE;
  (void)GDALAdjustValueToDataType(type_, value, &clamped, &rounded);
  return clamped == FALSE && rounded == FALSE;
}

void ValueReader::count_unknown(const CodeBlock& block, const Window& core, UnknownValues& values) const {
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x) {
      if (block.at(x, y) != unknown) continue;
      const Window& window = block.window;
      const auto at = static_cast<std::size_t>((y - window.y) * window.width + x - window.x);
      values.add(label_of(static_cast<double>(values_[at])), 1, path_);
    }
}

MaskSource::MaskSource(const std::string& path, const std::vector<ClassInfo>& classes)
    : path_(path),
      grid_(geo::describe(*geo::open_raster(path), path).grid),
      classes_(classes),
      reader_(path, grid_) {}

void MaskSource::read(const Window& window, CodeBlock& block) {
  block.window = window;
  reader_.read(window, block.codes, no_data, [&](double value) {
    for (std::size_t i = 0; i < classes_.size(); ++i)
      if (value == classes_[i].value) return static_cast<Code>(i);
    return unknown;
  });
}

void MaskSource::count_unknown(const CodeBlock& block, const Window& core) {
  reader_.count_unknown(block, core, unknown_);
}

void MaskSource::check() const {
  unknown_.check(path_, "values that are not its classes", "pixel",
                 "name all of its classes with `classes=VALUE=NAME,...`");
}

std::vector<int> values_in(const std::string& path, const StopFlag* stop) {
  const Grid grid = geo::describe(*geo::open_raster(path), path).grid;
  ValueReader reader(path, grid);
  std::set<int> values;
  std::vector<Code> codes;
  for (std::int64_t y = 0; y < grid.height; y += kSide)
    for (std::int64_t x = 0; x < grid.width; x += kSide) {
      if (stop != nullptr) stop->check();
      reader.read(intersect({x, y, kSide, kSide}, grid.extent()), codes, no_data, [&](double value) {
        if (value < 0 || value > 65534 || value != static_cast<int>(value))
          throw Error(ErrorCode::mismatch,
                      fmt::format("{}: holds {}, which is not a class value", path, value),
                      "a mask holds whole numbers from 0 to 65534; name one, as `terramask segment` writes");
        values.insert(static_cast<int>(value));
        if (values.size() > kMostValues)
          throw Error(ErrorCode::mismatch,
                      fmt::format("{}: holds more than {} values and names no classes", path, kMostValues),
                      "is it an image? Name a mask, or its classes with `classes`");
        return Code{0};
      });
    }
  return {values.begin(), values.end()};
}

}  // namespace terramask::evaluation
