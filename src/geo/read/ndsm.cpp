#include "geo/read/ndsm.hpp"

#include <fmt/format.h>

#include <array>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/file_reader.hpp"
#include "geo/read/stack.hpp"
#include "geo/read/warped_reader.hpp"

namespace terramask::geo {
namespace {

const BandFacts& heights_of(const FileFacts& facts) {
  return facts.bands[static_cast<std::size_t>(height_band(facts) - 1)];
}

FileFacts describe_heights(const std::string& path) {
  const DatasetPtr dataset = open_raster(path);
  FileFacts facts = describe(*dataset, path);
  use_vertical_unit(facts, true);
  if (facts.data_bands() != 1)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: has {} bands, heights are one", path, facts.data_bands()),
                "cut out the one that holds them: `gdal_translate -b N`");
  check_readable(facts, height_band(facts));
  return facts;
}

/// If one of two heights declares no unit, it is assumed to be in metres. Beside feet, it may as well be in
/// feet.
void check_units(const FileFacts& dsm, const FileFacts& dtm) {
  const BandFacts &surface = heights_of(dsm), &terrain = heights_of(dtm);
  if (surface.unit.empty() == terrain.unit.empty()) return;
  const bool silent = surface.unit.empty();
  const BandFacts& told = silent ? terrain : surface;
  if (told.metres == 1) return;
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: does not say the unit of its heights, and those of {} are in {}",
                          silent ? dsm.path : dtm.path, silent ? dtm.path : dsm.path, told.unit),
              "say it with `gdal_edit.py -units UNIT` (m, ft, US survey foot)");
}

class NdsmReader final : public GridReader {
 public:
  NdsmReader(std::unique_ptr<GridReader> dsm, std::unique_ptr<GridReader> dtm, std::size_t plane)
      : dsm_(std::move(dsm)), dtm_(std::move(dtm)), plane_(plane) {}

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override {
    const std::size_t count = pixels(window);
    float* height = planes.plane(plane_);
    dsm_->read(window, {height, count}, valid);
    terrain_.resize(count);
    dtm_->read(window, {terrain_.data(), count}, valid);
    for (std::size_t i = 0; i < count; ++i) height[i] -= terrain_[i];
  }
  bool always_valid() const override { return dsm_->always_valid() && dtm_->always_valid(); }

 private:
  std::unique_ptr<GridReader> dsm_, dtm_;
  std::size_t plane_;
  std::vector<float> terrain_;
};

}  // namespace

int height_band(const FileFacts& facts) {
  return facts.bands.front().alpha() ? 2 : 1;
}

FileFacts describe_ndsm(const std::string& dsm, const std::string& dtm) {
  auto heights = std::make_shared<std::array<FileFacts, 2>>(
      std::array<FileFacts, 2>{describe_heights(dsm), describe_heights(dtm)});
  check_stack(*heights);
  check_units(heights->front(), heights->back());
  FileFacts facts;
  facts.path = dsm + " minus " + dtm;
  facts.grid = heights->front().grid;
  BandFacts band;
  band.description = "ndsm";
  band.interpretation = "undefined";
  band.type = GDT_Float32;
  band.type_name = "Float32";
  facts.bands.push_back(std::move(band));
  for (const FileFacts& one : *heights)
    if (heights_of(one).unit.empty() && !one.ground_unit.empty())
      facts.warnings.push_back(
          fmt::format("{}: its CRS is in {}, and nothing says the unit of its heights: taken as metres "
                      "(`gdal_edit.py -units UNIT` says it)",
                      one.path, one.ground_unit));
  facts.heights = std::move(heights);
  return facts;
}

std::unique_ptr<GridReader> open_ndsm(const FileFacts& facts, std::size_t plane) {
  const auto& [dsm, dtm] = *facts.heights;
  const auto open = [](const FileFacts& heights) {
    return std::make_unique<FileReader>(heights, std::vector<BandSlot>{{height_band(heights), 0}},
                                        NodataOption{});
  };
  std::unique_ptr<GridReader> terrain = open(dtm);
  if (!same_grid(dsm.grid, dtm.grid))
    terrain = std::make_unique<WarpedReader>(std::move(terrain), dtm.grid, dsm.grid,
                                             std::vector<std::size_t>{0}, dtm.path, dsm.path);
  return std::make_unique<NdsmReader>(open(dsm), std::move(terrain), plane);
}

}  // namespace terramask::geo
