// --ndsm: heights above the terrain join an image as a band, for segment, info and evaluate alike.
#include <gdal_priv.h>

#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace terramask::tests {
namespace {

constexpr int side = 96;

class Ndsm : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    ModelInfo info;
    info.network = {.architecture = "unet", .bands = 4, .classes = 2, .keys = {{"width", 2}, {"depth", 2}}};
    for (const char* band : {"red", "green", "blue"})
      info.bands.push_back({.name = band, .type = "Byte", .mean = 100, .std = 50});
    info.bands.push_back({.name = "ndsm", .type = "Float32", .mean = 4, .std = 3});
    info.pixel_size_m = 1;
    info.classes = {{0, "ground", "#000000"}, {1, "tree", "#00aa00"}};
    save_model(path("model.safetensors").string(), info,
               random_parameters(build_network(info.network, 1, 32, 32), 1), true);
    make_raster("ortho.tif", side);
    // Binary fractions: their difference is exact.
    const auto terrain = [](int row, int column) { return 200 + 0.25F * static_cast<float>(row + column); };
    const auto height = [](int row, int column) { return (row / 16 + column / 16) % 2 == 0 ? 0.5F : 8.0F; };
    make_heights("dtm.tif", terrain);
    make_heights("ndsm.tif", height);
    make_heights("dsm.tif", [&](int row, int column) { return terrain(row, column) + height(row, column); });
  }

  /// Float32 on make_raster's grid.
  void make_heights(const std::string& name, const std::function<float(int, int)>& height) const {
    make_raster("grid.tif", side, 1);
    GDALDataset* grid = GDALDataset::Open(path("grid.tif").c_str());
    ASSERT_NE(grid, nullptr);
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    GDALDataset* file = driver->Create(path(name).c_str(), side, side, 1, GDT_Float32, nullptr);
    ASSERT_NE(file, nullptr);
    std::array<double, 6> geotransform{};
    grid->GetGeoTransform(geotransform.data());
    file->SetGeoTransform(geotransform.data());
    file->SetSpatialRef(grid->GetSpatialRef());
    std::vector<float> values;
    for (int row = 0; row < side; ++row)
      for (int column = 0; column < side; ++column) values.push_back(height(row, column));
    EXPECT_EQ(file->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, side, side, values.data(), side, side,
                                               GDT_Float32, 0, 0, nullptr),
              CE_None);
    GDALClose(file);
    GDALClose(grid);
    std::filesystem::remove(path("grid.tif"));
  }
};

TEST_F(Ndsm, IsTheSurfaceMinusTheTerrain) {
  const Outcome pair = terramask({"segment", "-q", "model.safetensors", "ortho.tif", "--ndsm", "dsm.tif",
                                  "dtm.tif", "-o", "pair.tif", "--probabilities", "pair_p.tif"});
  EXPECT_EQ(pair.status, 0) << pair.err;
  const Outcome stack = terramask({"segment", "-q", "model.safetensors", "--stack", "ortho.tif,ndsm.tif",
                                   "-o", "stack.tif", "--probabilities", "stack_p.tif"});
  EXPECT_EQ(stack.status, 0) << stack.err;
  EXPECT_EQ(read("pair_p.tif"), read("stack_p.tif"));
  // The heights do say something to this network.
  make_heights("flat.tif", [](int, int) { return 0.0F; });
  const Outcome flat = terramask({"segment", "-q", "model.safetensors", "ortho.tif", "--ndsm", "flat.tif",
                                  "flat.tif", "-o", "flat_mask.tif", "--probabilities", "flat_p.tif"});
  EXPECT_EQ(flat.status, 0) << flat.err;
  EXPECT_NE(read("pair_p.tif"), read("flat_p.tif"));
}

TEST_F(Ndsm, IsTakenByInfoAndEvaluateToo) {
  const Outcome fits = terramask({"info", "model.safetensors", "ortho.tif", "--ndsm", "dsm.tif", "dtm.tif"});
  EXPECT_EQ(fits.status, 0) << fits.err;
  EXPECT_NE(fits.out.find("ortho.tif fits model.safetensors"), std::string::npos) << fits.out;
  EXPECT_EQ(terramask({"segment", "-q", "model.safetensors", "ortho.tif", "--ndsm", "dsm.tif", "dtm.tif",
                       "-o", "mask.tif"})
                .status,
            0);
  const Outcome same = terramask({"evaluate", "--model", "model.safetensors", "ortho.tif", "--ndsm",
                                  "dsm.tif", "dtm.tif", "--reference", "mask.tif"});
  EXPECT_EQ(same.status, 0) << same.err;
  EXPECT_NE(same.out.find("overall accuracy 100"), std::string::npos) << same.out;
}

TEST_F(Ndsm, IsAskedForWhereItIsMissingAndNeverWrittenOver) {
  const auto before = files();
  expect_error(terramask({"segment", "-q", "model.safetensors", "ortho.tif", "-o", "mask.tif"}), 1,
               {"ndsm", "--ndsm DSM DTM"});
  expect_error(terramask({"segment", "-q", "model.safetensors", "ortho.tif", "--ndsm", "dsm.tif", "dtm.tif",
                          "--overwrite", "-o", "dtm.tif"}),
               2, {"dtm.tif", "input"});
  expect_error(terramask({"segment", "-q", "model.safetensors", "ortho.tif", "--ndsm", "dsm.tif",
                          "nowhere.tif", "-o", "mask.tif"}),
               1, {"nowhere.tif", "no such file"});
  expect_error(
      terramask({"evaluate", "-q", "ortho.tif", "--ndsm", "dsm.tif", "dtm.tif", "--reference", "dsm.tif"}), 2,
      {"--ndsm", "--model"});
  EXPECT_EQ(files(), before);
}

TEST_F(Ndsm, IsListedAmongTheBands) {
  const Outcome outcome =
      terramask({"info", "--json", "model.safetensors", "ortho.tif", "--ndsm", "dsm.tif", "dtm.tif"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto raster = nlohmann::json::parse(outcome.out).at("rasters").at(0);
  ASSERT_EQ(raster.at("bands").size(), 4U);
  EXPECT_EQ(raster.at("bands").at(3).at("name"), "ndsm");
}

}  // namespace
}  // namespace terramask::tests
