#include "geo/write/class_scratch.hpp"

#include <array>

#include "geo/base/crs.hpp"
#include "geo/base/scratch_raster.hpp"

namespace terramask::geo {

ClassScratch::ClassScratch(const Grid& grid, const std::string& path, int side) : path_(path) {
  dataset_ = create_scratch({.path = path,
                             .width = grid.width,
                             .height = grid.height,
                             .type = GDT_Byte,
                             .side = side,
                             .compressed = true});
  std::array<double, 6> transform = grid.geotransform;
  if (grid.has_geotransform) dataset_->SetGeoTransform(transform.data());
  if (!grid.crs.empty()) dataset_->SetProjection(grid.crs.c_str());
}

void ClassScratch::write(const Window& window, std::span<const std::uint8_t> values) {
  // GDAL's write function takes no const pointer, but does not modify the data.
  transfer_scratch(*dataset_, GF_Write, window, const_cast<std::uint8_t*>(values.data()), GDT_Byte, path_,
                   "writing failed");
}

void ClassScratch::finish() {
  close_checked(std::move(dataset_), path_);
}

}  // namespace terramask::geo
