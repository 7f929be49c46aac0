// The scene that comes with the project is the one its README says it is.
#include <gtest/gtest.h>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

TEST(SampleData, IsWhatTheGeneratorMakes) {
  const geo::DatasetPtr file =
      geo::open_raster(std::string(TERRAMASK_SOURCE_DIR) + "/sample_data/labels.tif");
  constexpr int side = 512;
  ASSERT_EQ(file->GetRasterXSize(), side);
  ASSERT_EQ(file->GetRasterYSize(), side);
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(side) * side);
  ASSERT_EQ(file->RasterIO(GF_Read, 0, 0, side, side, labels.data(), side, side, GDT_Byte, 1, nullptr, 0, 0,
                           0, nullptr),
            CE_None);
  const Town town = make_town(7, 256, 256);
  const Surface surface = draw_surface(town, {0, 0, side, side, 0.5, 256});
  int different = 0;
  for (int row = 0; row < side; ++row)
    for (int column = 0; column < side; ++column)
      different +=
          labels[surface.index(column, row)] != static_cast<std::uint8_t>(surface.at(column, row).cover);
  // Another mathematics library may round a crown's edge otherwise.
  EXPECT_LE(different, 30) << "make it again as sample_data/README.md says";
}

}  // namespace
}  // namespace terramask::scene
