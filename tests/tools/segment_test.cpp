// terramask segment as a whole: several rasters, mosaics, stopping, and what it tells.
#include <gdal_priv.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <thread>

#include "program.hpp"

namespace terramask::tests {
namespace {

class Segment : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_model("model.safetensors");
  }

  /// How often each value stands in a mask; also its size, as values -1 and -2.
  std::map<int, int> values(const std::string& name) const {
    std::map<int, int> counts;
    GDALDataset* dataset = GDALDataset::Open(path(name).c_str());
    if (dataset == nullptr) return counts;
    counts[-1] = dataset->GetRasterXSize();
    counts[-2] = dataset->GetRasterYSize();
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(counts[-1] * counts[-2]));
    EXPECT_EQ(dataset->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, counts[-1], counts[-2], pixels.data(),
                                                  counts[-1], counts[-2], GDT_Byte, 0, 0, nullptr),
              CE_None);
    for (const std::uint8_t pixel : pixels) ++counts[pixel];
    GDALClose(dataset);
    return counts;
  }
};

TEST_F(Segment, SeveralRastersGoIntoAFolder) {
  make_raster("a.tif");
  make_raster("b.tif", 48);
  const Outcome outcome = terramask({"segment", "model.safetensors", "a.tif", "b.tif", "-o", "masks/",
                                     "--picture", "_picture.png", "--probabilities", "_p.tif"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* name : {"masks/a.tif", "masks/b.tif", "masks/a_picture.png", "masks/b_p.tif"}) {
    EXPECT_TRUE(files().contains(name)) << name;
    EXPECT_NE(outcome.out.find(name), std::string::npos) << outcome.out;
  }
  EXPECT_NE(outcome.err.find("computing on"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("Mpx/s"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("background"), std::string::npos) << outcome.out;
}

TEST_F(Segment, EqualNamesAreRefusedBeforeAnyWork) {
  std::filesystem::create_directory(path("other"));
  make_raster("a.tif");
  make_raster("other/a.tif");
  const auto before = files();
  const Outcome outcome =
      terramask({"segment", "-q", "model.safetensors", "a.tif", "other/a.tif", "-o", "masks/"});
  expect_error(outcome, 2, {"masks/a.tif", "of both a.tif and other/a.tif"});
  EXPECT_EQ(files(), before);
}

TEST_F(Segment, OneBadRasterDoesNotStopTheOthers) {
  make_raster("a.tif");
  make_raster("c.tif");
  write("b.tif", "no raster");
  const Outcome outcome =
      terramask({"segment", "-q", "model.safetensors", "a.tif", "b.tif", "c.tif", "-o", "masks/"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("terramask segment: b.tif"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("1 of 3 rasters failed: b.tif"), std::string::npos) << outcome.err;
  EXPECT_TRUE(files().contains("masks/a.tif"));
  EXPECT_TRUE(files().contains("masks/c.tif"));
  EXPECT_FALSE(files().contains("masks/b.tif"));
}

TEST_F(Segment, AMosaicIsOneOutputAndItsGapIsNodata) {
  make_raster("a.tif", 64);
  make_raster("b.tif", 64, 3, 500096);
  const Outcome outcome =
      terramask({"segment", "-q", "model.safetensors", "a.tif", "b.tif", "--mosaic", "-o", "mask.tif"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  auto counts = values("mask.tif");
  EXPECT_EQ(counts[-1], 160);
  EXPECT_EQ(counts[-2], 64);
  EXPECT_EQ(counts[255], 32 * 64);
}

TEST_F(Segment, AMosaicOfDifferentKindsIsRefused) {
  make_raster("a.tif");
  make_raster("b.tif", 64, 3, 500064, "EPSG:32634");
  make_raster("c.tif", 64, 1, 500064);
  make_raster("d.tif", 64, 3, 500064.4);
  for (const auto& [name, cause] :
       std::map<std::string, std::string>{{"b.tif", "EPSG:32634"}, {"c.tif", "bands"}, {"d.tif", "0.40"}}) {
    const Outcome outcome =
        terramask({"segment", "-q", "model.safetensors", "a.tif", name, "--mosaic", "-o", "mask.tif"});
    expect_error(outcome, 1, {name, "a.tif", cause, "; "});
  }
}

TEST_F(Segment, BoundsMayStandApartOrWithCommas) {
  make_raster("a.tif");
  const Outcome apart = terramask({"segment", "-q", "model.safetensors", "--bounds", "500010", "4999950",
                                   "500030", "4999990", "a.tif", "-o", "apart.tif"});
  EXPECT_EQ(apart.status, 0) << apart.err;
  const Outcome commas = terramask({"segment", "-q", "model.safetensors", "--bounds",
                                    "500010,4999950,500030,4999990", "a.tif", "-o", "commas.tif"});
  EXPECT_EQ(commas.status, 0) << commas.err;
  EXPECT_EQ(values("apart.tif")[-1], 20);
  EXPECT_EQ(values("apart.tif")[-2], 40);
  EXPECT_EQ(values("apart.tif"), values("commas.tif"));
}

TEST_F(Segment, ADryRunWritesNothing) {
  make_raster("a.tif");
  const auto before = files();
  const Outcome outcome = terramask({"segment", "model.safetensors", "a.tif", "-o", "masks/", "--dry-run"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* word : {"masks/a.tif", "tiles", "memory", "disk", "time"})
    EXPECT_NE(outcome.out.find(word), std::string::npos) << outcome.out;
  EXPECT_EQ(files(), before);
  // It replaces nothing, so what is there stands in no way.
  fs::copy_file(path("a.tif"), path("there.tif"));
  const Outcome again = terramask({"segment", "model.safetensors", "a.tif", "-o", "there.tif", "--dry-run"});
  EXPECT_EQ(again.status, 0) << again.err;
}

TEST_F(Segment, CtrlCLeavesNothing) {
  make_model("slow.safetensors", 48);
  make_raster("large.tif", 2048);
  const auto before = files();
  for (const int signal : {SIGINT, SIGTERM}) {
    Running running("terramask",
                    {"segment", "-q", "slow.safetensors", "large.tif", "-o", "mask.tif", "--tile", "256"},
                    folder_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (files() == before && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_NE(files(), before) << "nothing was begun";
    running.send(signal);
    expect_error(running.wait(), 128 + signal, {"stopped"});
    EXPECT_EQ(files(), before);
  }
}

}  // namespace
}  // namespace terramask::tests
