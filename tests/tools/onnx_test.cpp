// terramask import and export as a person would call them, and a stranger's network on its own images.
#include <fmt/format.h>
#include <gdal_priv.h>

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "program.hpp"
#include "shared_data.hpp"

namespace terramask::tests {
namespace {

class OnnxProgram : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (terramask({"import", "none", "-o", "none.safetensors"}).err.find("without ONNX") != std::string::npos)
      GTEST_SKIP() << "this build has no ONNX";
    make_model("model.safetensors");
    make_raster("a.tif");
  }

  std::string pixels(const std::string& name) const {
    GDALDataset* dataset = GDALDataset::Open(path(name).c_str());
    if (dataset == nullptr) return "none";
    const int width = dataset->GetRasterXSize(), height = dataset->GetRasterYSize(),
              bands = dataset->GetRasterCount();
    std::vector<float> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                              static_cast<std::size_t>(bands));
    EXPECT_EQ(dataset->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height, GDT_Float32,
                                bands, nullptr, 0, 0, 0, nullptr),
              CE_None);
    GDALClose(dataset);
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
};

TEST_F(OnnxProgram, AModelThatWasExportedAndImportedMakesTheSameBits) {
  Outcome outcome = terramask({"export", "model.safetensors", "-o", "m.onnx"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const Model model = load_model(path("model.safetensors").string());
  const auto list = [&](double ModelBand::*figure) {
    std::string text;
    for (const ModelBand& band : model.info.bands)
      text += fmt::format("{}{}", text.empty() ? "" : ",", band.*figure);
    return text;
  };
  outcome = terramask({"import", "m.onnx", "-o", "back.safetensors", "--bands", "red,green,blue", "--mean",
                       list(&ModelBand::mean), "--std", list(&ModelBand::std)});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("--classes is not given"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("3 bands and 2 classes"), std::string::npos) << outcome.out;
  for (const std::string name : {"model", "back"})
    EXPECT_EQ(terramask({"segment", "-q", name + ".safetensors", "a.tif", "-o", name + ".tif",
                         "--probabilities", name + "_p.tif", "--probability-type", "float32"})
                  .status,
              0);
  EXPECT_EQ(pixels("model.tif"), pixels("back.tif"));
  EXPECT_EQ(pixels("model_p.tif"), pixels("back_p.tif"));
  outcome = terramask({"info", "back.safetensors"});
  EXPECT_NE(outcome.out.find("network       onnx"), std::string::npos) << outcome.out;
}

/// Transparency is no band, as in training.
TEST_F(OnnxProgram, TakesTheBandsOfAnImageWithoutItsAlpha) {
  EXPECT_EQ(terramask({"export", "model.safetensors", "-o", "m.onnx"}).status, 0);
  GDALDriver* const driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  GDALDataset* const from = GDALDataset::Open(path("a.tif").c_str());
  ASSERT_NE(from, nullptr);
  GDALDataset* const made = driver->Create(path("rgba.tif").c_str(), from->GetRasterXSize(),
                                           from->GetRasterYSize(), 4, GDT_Byte, nullptr);
  made->SetSpatialRef(from->GetSpatialRef());
  std::array<double, 6> place{};
  from->GetGeoTransform(place.data());
  made->SetGeoTransform(place.data());
  constexpr std::array colors{GCI_RedBand, GCI_GreenBand, GCI_BlueBand, GCI_AlphaBand};
  for (int band = 1; band <= 4; ++band) {
    made->GetRasterBand(band)->SetColorInterpretation(colors[static_cast<std::size_t>(band - 1)]);
    made->GetRasterBand(band)->Fill(band == 4 ? 255 : 100);
  }
  GDALClose(made);
  GDALClose(from);
  const Outcome outcome = terramask({"import", "m.onnx", "-o", "b.safetensors", "--like", "rgba.tif"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(load_model(path("b.safetensors").string()).info.bands.size(), 3U);
}

TEST_F(OnnxProgram, SaysWhatIsMissingOrWrong) {
  EXPECT_EQ(terramask({"export", "model.safetensors", "-o", "m.onnx"}).status, 0);
  expect_error(terramask({"export", "model.safetensors", "-o", "m.onnx"}), 2, {"m.onnx", "--overwrite"});
  expect_error(terramask({"segment", "m.onnx", "a.tif", "-o", "mask.tif"}), 1,
               {"m.onnx", "ONNX", "terramask import"});
  expect_error(terramask({"import", "m.onnx", "-o", "b.safetensors", "--bands", "red"}), 2,
               {"--bands", "1 given", "3 bands"});
  expect_error(terramask({"import", "a.tif", "-o", "b.safetensors"}), 1, {"a.tif", "ONNX"});
  expect_error(terramask({"import", "none.onnx", "-o", "b.safetensors"}), 1, {"none.onnx", "no such file"});
  expect_error(
      terramask({"export", "model.safetensors", "-o", "d.onnx", "--for", "deepness", "--tile", "63"}), 2,
      {"--tile 63"});
}

/// Values of a .npy file of float32, as NumPy writes it in row-major order.
std::vector<float> read_npy(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream all;
  all << stream.rdbuf();
  const std::string bytes = all.str();
  std::uint16_t header = 0;
  std::memcpy(&header, bytes.data() + 8, sizeof header);
  const std::size_t begin = 10U + header;
  std::vector<float> values((bytes.size() - begin) / sizeof(float));
  std::memcpy(values.data(), bytes.data() + begin, values.size() * sizeof(float));
  return values;
}

/// 224 bands into 7 classes, trained by strangers on unscaled values, those of nodata among them.
TEST_F(OnnxProgram, AStrangersNetworkGivesItsOwnProbabilities) {
  const std::filesystem::path data = shared_data("data/unet_enmap_golden");
  TERRAMASK_REQUIRE(data);
  const auto image = [&](const std::string& tile) {
    return (data / "images" / ("enmap_potsdam_tile_128_" + tile + ".tif")).string();
  };
  const Outcome imported = terramask({"import", "-q", data / "model.onnx", "-o", "m.safetensors", "--like",
                                      image("0"), "--scale", "0.0001"});
  ASSERT_EQ(imported.status, 0) << imported.err;
  for (const std::string tile : {"0", "32", "96", "128"})
    for (const std::string device : {"cpu", "vulkan"}) {
      const Outcome outcome = terramask({"segment", "-q", "m.safetensors", image(tile), "-o", "mask.tif",
                                         "--probabilities", "p.tif", "--probability-type", "float32",
                                         "--src-nodata", "none", "--device", device, "--overwrite"});
      if (outcome.err.find("was built without") != std::string::npos) continue;
      ASSERT_EQ(outcome.status, 0) << outcome.err;
      const std::string bytes = pixels("p.tif");
      const std::vector<float> expected =
          read_npy(data / "expected" / ("enmap_potsdam_tile_128_" + tile + "_probs_f32.npy"));
      ASSERT_EQ(bytes.size(), expected.size() * sizeof(float));
      float worst = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        float found = 0;
        std::memcpy(&found, bytes.data() + i * sizeof(float), sizeof found);
        worst = std::max(worst, std::abs(found - expected[i]));
      }
      EXPECT_LE(worst, 1e-4F) << tile << " on " << device;
      std::cout << "  tile " << tile << " on " << device << ": largest difference " << worst << '\n';
    }
}

}  // namespace
}  // namespace terramask::tests
