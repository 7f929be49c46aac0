// The programs on tiles of servers.
#include <fmt/format.h>
#include <gdal_priv.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "program.hpp"
#include "sqlite/database.hpp"
#include "tiles/tile_server.hpp"

namespace terramask::tests {
namespace {
namespace fs = std::filesystem;

constexpr int kZoom = 16, kX = 34000, kY = 23000;

class Tiles : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_model("m.safetensors");
    fs::create_directories(path("root"));
    server = std::make_unique<TileServer>(path("root"));
    ASSERT_TRUE(server->running()) << "python3 is needed";
  }
  void TearDown() override { server.reset(); }

  static std::string tile(int x, int y) { return fmt::format("{}/{}/{}", kZoom, kX + x, kY + y); }

  void make_tiles(int columns, int rows, bool noise = false) const {
    constexpr int side = 256;
    std::mt19937 chance(1);
    GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
    GDALDriver* png = GetGDALDriverManager()->GetDriverByName("PNG");
    for (int x = 0; x < columns; ++x)
      for (int y = 0; y < rows; ++y) {
        GDALDataset* image = memory->Create("", side, side, 3, GDT_Byte, nullptr);
        std::vector<std::uint8_t> line(static_cast<std::size_t>(side));
        for (int band = 1; band <= 3; ++band)
          for (int row = 0; row < side; ++row) {
            for (int column = 0; column < side; ++column) {
              const int plain = ((37 * band + 3 * (x * side + column)) ^ ((y * side + row) * 5));
              line[static_cast<std::size_t>(column)] =
                  static_cast<std::uint8_t>((noise ? static_cast<int>(chance() >> 8U) : plain) & 255);
            }
            ASSERT_EQ(image->GetRasterBand(band)->RasterIO(GF_Write, 0, row, side, 1, line.data(), side, 1,
                                                           GDT_Byte, 0, 0, nullptr),
                      CE_None);
          }
        fs::create_directories(path("root") / fmt::format("{}/{}", kZoom, kX + x));
        const std::string file = (path("root") / (tile(x, y) + ".png")).string();
        GDALClose(png->CreateCopy(file.c_str(), image, TRUE, nullptr, nullptr, nullptr));
        GDALClose(image);
      }
  }

  std::string address(const std::string& more = "") const {
    return "xyz:" + server->url() + "/{z}/{x}/{y}.png" + more;
  }
  /// A box in the middle of the tiles' outer pixels.
  static std::vector<std::string> box(int columns, int rows) {
    const double side = 2 * 20037508.342789244 / (1 << kZoom), pixel = side / 256;
    const double left = -20037508.342789244 + kX * side, top = 20037508.342789244 - kY * side;
    return {"--bounds",
            fmt::format("{:.3f},{:.3f},{:.3f},{:.3f}", left + pixel / 2, top - rows * side + pixel / 2,
                        left + columns * side - pixel / 2, top - pixel / 2),
            "--bounds-crs",
            "EPSG:3857",
            "--zoom",
            std::to_string(kZoom)};
  }
  static std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  std::vector<std::string> segment(const std::string& output, int columns, int rows,
                                   const std::vector<std::string>& more = {}) const {
    return joined(joined({"segment", "m.safetensors", address(), "-o", output, "--device", "cpu", "--threads",
                          "1", "--resample", "never", "--tile-cache", "cache", "--tile-retries", "1"},
                         box(columns, rows)),
                  more);
  }
  std::vector<std::uint8_t> pixels(const std::string& name) const {
    GDALDataset* mask = GDALDataset::Open(path(name).c_str(), GDAL_OF_RASTER);
    EXPECT_NE(mask, nullptr) << name;
    if (mask == nullptr) return {};
    const int width = mask->GetRasterXSize(), height = mask->GetRasterYSize();
    std::vector<std::uint8_t> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    EXPECT_EQ(mask->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height,
                                               GDT_Byte, 0, 0, nullptr),
              CE_None);
    GDALClose(mask);
    return values;
  }
  std::string metadata(const std::string& name, const char* item) const {
    GDALDataset* mask = GDALDataset::Open(path(name).c_str(), GDAL_OF_RASTER);
    const char* value = mask == nullptr ? nullptr : mask->GetMetadataItem(item);
    const std::string text = value == nullptr ? "" : value;
    if (mask != nullptr) GDALClose(mask);
    return text;
  }
  /// Waits for it, a minute at most.
  static bool comes(const std::function<bool()>& event) {
    for (int i = 0; i < 6000 && !event(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return event();
  }
  bool anywhere(const std::string& text) const {
    for (const std::string& name : files())
      if (fs::is_regular_file(path(name)) && read(name).find(text) != std::string::npos) return true;
    return false;
  }

  std::unique_ptr<TileServer> server;
};

TEST_F(Tiles, SegmentSeesInAServerWhatItSeesInFiles) {
  make_tiles(4, 3);
  fs::remove(path("root") / (tile(1, 1) + ".png"));
  const Outcome outcome = terramask(segment("server.tif", 4, 3, {"--tile", "256"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("12 tiles: 11 fetched, 1 not there (nodata)"), std::string::npos) << outcome.err;
  ASSERT_EQ(terramask(joined({"segment", "m.safetensors", "xyz:root", "-o", "folder.tif", "--device", "cpu",
                              "--threads", "1", "--resample", "never"},
                             box(4, 3)))
                .status,
            0);
  const auto mask = pixels("server.tif");
  ASSERT_EQ(mask.size(), 1024U * 768);
  EXPECT_EQ(mask, pixels("folder.tif"));
  EXPECT_EQ(std::count(mask.begin(), mask.end(), 255), 65536);
  EXPECT_EQ(mask[300U * 1024 + 300], 255);
  EXPECT_EQ(server->count(), 12U);
  // Offline, and with names that say all.
  server->stop();
  const Outcome offline = terramask(segment("offline.tif", 4, 3, {"--offline"}));
  ASSERT_EQ(offline.status, 0) << offline.err;
  EXPECT_EQ(pixels("offline.tif"), mask);
}

TEST_F(Tiles, FailedTilesAreNamedAndEndWithStatus1) {
  make_tiles(3, 2);
  server->rules(fmt::format(R"({{"{}": ["500"], "{}": ["half"]}})", tile(0, 0), tile(2, 1)));
  const Outcome outcome = terramask(segment("a.tif", 3, 2));
  EXPECT_EQ(outcome.status, 1);
  for (const std::string& words :
       {std::string("6 tiles: 4 fetched, 2 failed (nodata)"),
        "tile " + tile(0, 0) + " failed: HTTP 500 (2 attempts)",
        "tile " + tile(2, 1) + " failed: a png that is cut short", std::string("--allow-missing-tiles")})
    EXPECT_NE(outcome.err.find(words), std::string::npos) << words << " not in " << outcome.err;
  const auto mask = pixels("a.tif");
  EXPECT_EQ(std::count(mask.begin(), mask.end(), 255), 2 * 65536);
  const Outcome allowed = terramask(segment("b.tif", 3, 2, {"--allow-missing-tiles"}));
  EXPECT_EQ(allowed.status, 0) << allowed.err;
  EXPECT_NE(allowed.err.find("tile " + tile(0, 0) + " failed"), std::string::npos) << allowed.err;
  EXPECT_NE(allowed.err.find("4 from the cache"), std::string::npos) << allowed.err;
  // The server is well again: only what failed is fetched.
  server->rules("{}");
  const std::size_t before = server->count();
  const Outcome mended = terramask(segment("a.tif", 3, 2, {"--overwrite"}));
  EXPECT_EQ(mended.status, 0) << mended.err;
  EXPECT_EQ(server->count() - before, 2U);
}

TEST_F(Tiles, KeysAreShownAndKeptNowhere) {
  make_tiles(2, 2);
  const std::string with_key =
      "xyz:http://me:h1dden@" + server->url().substr(7) + "/{z}/{x}/{y}.png?api_key=s3cret";
  auto call = segment("a.tif", 2, 2, {"--verbose", "--picture", "a.png"});
  call[2] = with_key + "#attribution=Somebody&licence=CC+BY+4.0";
  server->rules(fmt::format(R"({{"{}": ["403"]}})", tile(0, 0)));
  const Outcome outcome = terramask(call);
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_NE(outcome.err.find("api_key=***"), std::string::npos) << outcome.err;
  EXPECT_EQ(metadata("a.tif", "TERRAMASK_ATTRIBUTION"), "Somebody");
  EXPECT_EQ(metadata("a.tif", "TERRAMASK_LICENCE"), "CC BY 4.0");
  const Outcome info = terramask({"info", "--json", with_key + "#zoom=16", "--tile-cache", "cache"});
  EXPECT_EQ(info.status, 2) << info.err;
  const Outcome dry = terramask(joined(call, {"--dry-run", "--overwrite"}));
  for (const Outcome& one : {outcome, info, dry})
    for (const char* secret : {"s3cret", "h1dden"}) {
      EXPECT_EQ(one.out.find(secret), std::string::npos) << one.out;
      EXPECT_EQ(one.err.find(secret), std::string::npos) << one.err;
      fs::remove(path("root.log"));  // the server's own
      EXPECT_FALSE(anywhere(secret));
    }
  // With the key in the environment the name can be kept; the cache is the same source's with any key.
  const auto requests = server->requests();
  const bool sent = std::any_of(requests.begin(), requests.end(), [](const auto& r) {
    return r.path.find("api_key=s3cret") != std::string::npos;
  });
  EXPECT_TRUE(sent || requests.empty());
}

TEST_F(Tiles, TwoAtOnceShareACache) {
  make_tiles(4, 4);
  server->rules(R"({"*": ["delay:0.03"]})");
  Running a("terramask", segment("a.tif", 4, 4), folder_);
  fs::create_directories(path("other"));
  auto call = segment("../b.tif", 4, 4);
  call[1] = "../m.safetensors";
  for (std::string& word : call)
    if (word == "cache") word = "../cache";
  Running b("terramask", call, path("other"));
  const Outcome first = a.wait(), second = b.wait();
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(pixels("a.tif"), pixels("b.tif"));
  EXPECT_LE(server->count(), 32U);
  std::string cache;
  for (const std::string& name : files())
    if (name.ends_with(".mbtiles")) cache = path(name).string();
  sqlite::Database database(cache, {.mode = sqlite::Mode::read});
  sqlite::Statement check = database.prepare("PRAGMA integrity_check");
  ASSERT_TRUE(check.step());
  EXPECT_EQ(check.text(0), "ok");
}

TEST_F(Tiles, AKilledProgramLeavesACacheThatServesTheNext) {
  make_tiles(8, 5);
  server->rules(R"({"*": ["delay:0.1"]})");
  std::size_t killed = 0;
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = server->count();
    Running running("terramask", segment("a.tif", 8, 5, {"--tile-connections", "1"}), folder_);
    EXPECT_TRUE(comes([&] { return server->count() >= before + 4; }));
    running.send(SIGKILL);
    killed += running.wait().status == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_EQ(killed, 3U);
  EXPECT_FALSE(fs::exists(path("a.tif")));
  server->rules("{}");
  const Outcome outcome = terramask(segment("a.tif", 8, 5));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  // What was under way when it was killed was asked for once more, nothing else.
  EXPECT_LE(server->count(), 40U + 3);
  EXPECT_THAT(pixels("a.tif"), testing::Not(testing::Contains(255)));
}

TEST_F(Tiles, CtrlCEndsItAtOnce) {
  make_tiles(2, 2);
  server->rules(R"({"*": ["ok"]})");
  ASSERT_EQ(terramask({"info", address("#zoom=16&tile-size=256&bounds=0,0,1,1"), "--tile-cache", "x"}).status,
            0);
  server->rules(R"({"*": ["slow"]})");
  const std::size_t before = server->count();
  Running running("terramask", segment("a.tif", 2, 2), folder_);
  EXPECT_TRUE(comes([&] { return server->count() > before; }));
  const auto begin = std::chrono::steady_clock::now();
  running.send(SIGINT);
  const Outcome outcome = running.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_FALSE(fs::exists(path("a.tif")));
}

TEST_F(Tiles, ACacheThatCannotGrowIsToldAndTheWorkGoesOn) {
  make_tiles(2, 2, true);  // together more than the limit, which no mask of them reaches
  const Outcome outcome = Running("terramask", segment("a.tif", 2, 2), folder_,
                                  2 * fs::file_size(path("root") / (tile(0, 0) + ".png")))
                              .wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("could not be kept"), std::string::npos) << outcome.err;
  const auto mask = pixels("a.tif");
  EXPECT_EQ(std::count(mask.begin(), mask.end(), 255), 0);
}

TEST_F(Tiles, ATemplateWithoutExtentIsRefusedWithTheRemedy) {
  expect_error(terramask({"segment", "m.safetensors", address(), "-o", "a.tif", "--zoom", "16", "-q"}), 2,
               {"--bounds"});
  auto call = segment("a.tif", 1, 1);
  call.resize(call.size() - 2);
  call.emplace_back("-q");
  expect_error(terramask(call), 2, {"--zoom"});
  expect_error(terramask(segment("a.tif", 1, 1, {"--tile-rate", "0"})), 2, {"--tile-rate"});
  EXPECT_EQ(server->count(), 0U);
}

TEST_F(Tiles, AProjectOfTilesKeepsItsZoomAndItsPlace) {
  make_tiles(2, 2);
  // Labels: a second source of tiles, of class values.
  fs::create_directories(path("labels"));
  fs::copy(path("root/16"), path("labels/16"), fs::copy_options::recursive);
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  GDALDriver* png = GetGDALDriverManager()->GetDriverByName("PNG");
  for (int i = 0; i < 4; ++i) {
    GDALDataset* image = memory->Create("", 256, 256, 1, GDT_Byte, nullptr);
    std::vector<std::uint8_t> half(256 * 128, 1);
    ASSERT_EQ(image->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, 128, 256, half.data(), 128, 256, GDT_Byte, 0,
                                                0, nullptr),
              CE_None);
    GDALClose(png->CreateCopy((path("labels") / (tile(i / 2, i % 2) + ".png")).c_str(), image, TRUE, nullptr,
                              nullptr, nullptr));
    GDALClose(image);
  }
  fs::create_directories(path("projects"));
  const Outcome outcome = terramask(
      {"init", "xyz:root", "--labels", "xyz:labels#pixels=index", "-o", "projects/p.json", "--zoom", "16"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("class 1"), std::string::npos) << outcome.out;
  const std::string project = read("projects/p.json");
  EXPECT_NE(project.find("root#zoom=16"), std::string::npos) << project;
  std::string small = project;
  for (const auto& [from, to] :
       {std::pair{"\"width\": 16", "\"width\": 2"}, {"\"patch\": 256", "\"patch\": 64"}}) {
    ASSERT_NE(small.find(from), std::string::npos) << small;
    small.replace(small.find(from), std::string(from).size(), to);
  }
  write("projects/p.json", small);
  const Outcome trained =
      terramask({"train", "projects/p.json", "-o", "t.safetensors", "--device", "cpu", "--dry-run"});
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.out.find("red (Byte)"), std::string::npos) << trained.out;
}

TEST_F(Tiles, OfARegionAreUnderWayBeforeTheyAreRead) {
  make_tiles(4, 4);
  server->rules(R"({"*": ["delay:0.05"]})");
  // A pixel at a time, so that a patch of 256 pixels asks for one tile alone.
  ModelInfo info;
  info.network = {.architecture = "linear", .bands = 3, .classes = 2};
  for (const char* band : {"red", "green", "blue"})
    info.bands.push_back({.name = band, .type = "Byte", .mean = 100, .std = 50});
  info.pixel_size_m = 1;
  info.classes = {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
  save_model(path("linear.safetensors").string(), info,
             random_parameters(build_network(info.network, 1, 32, 32), 1), true);
  std::size_t before = 0;
  const auto most_at_once = [&](const std::string& out, const std::vector<std::string>& more) {
    const Outcome outcome = terramask(joined(joined({"region",
                                                     "linear.safetensors",
                                                     address(),
                                                     "-o",
                                                     out,
                                                     "--device",
                                                     "cpu",
                                                     "--threads",
                                                     "1",
                                                     "--workers",
                                                     "1",
                                                     "--tile",
                                                     "1024",
                                                     "--patch",
                                                     "256",
                                                     "--resample",
                                                     "never",
                                                     "--tile-cache",
                                                     out + ".cache",
                                                     "--tile-connections",
                                                     "4",
                                                     "--tile-rate",
                                                     "1000"},
                                                    box(4, 4)),
                                             more));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    int most = 0;
    const auto all = server->requests();
    EXPECT_EQ(all.size() - before, 16U);  // each once
    for (std::size_t i = before; i < all.size(); ++i) most = std::max(most, all[i].under_way);
    before = all.size();
    EXPECT_LE(most, 4);
    return most;
  };
  EXPECT_GE(most_at_once("as_it_is", {}), 3);
  EXPECT_GE(most_at_once("rescaled", {"--grid-pixel-size", "3"}), 3);
  EXPECT_GE(most_at_once("warped", {"--grid-crs", "EPSG:32632", "--grid-pixel-size", "2"}), 3);
}

}  // namespace
}  // namespace terramask::tests
