// Tiles of servers that misbehave, and the cache.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "geo/files/open.hpp"
#include "support.hpp"
#include "tiles/tile_server.hpp"

namespace terramask::tests {
namespace {

constexpr int kZoom = 6, kX = 20, kY = 30;

class ServerTest : public TilesTest {
 protected:
  void SetUp() override {
    TilesTest::SetUp();
    fs::create_directories(folder / "root");
    server = std::make_unique<TileServer>(folder / "root");
    ASSERT_TRUE(server->running()) << "python3 is needed";
    settings.cache = path("cache");
    settings.timeout_s = 1;
    settings.retries = 2;
    configure_tiles(settings);
  }
  void TearDown() override {
    server.reset();
    configure_tiles({});
    TilesTest::TearDown();
  }

  static std::string tile(int i, int columns = 4) {
    return fmt::format("{}/{}/{}", kZoom, kX + i % columns, kY + i / columns);
  }
  /// Tile i is plain: 10 + i, 20 + i, 30 + i.
  void make_tiles(int count, int columns = 4) const {
    for (int i = 0; i < count; ++i)
      write_tile(folder / "root" / (tile(i, columns) + ".png"),
                 {.value = [i](int band, int, int) { return 10 * band + i; }});
  }
  /// The raster of `columns` × `rows` tiles. The more text, the more sources: all share the cache.
  std::string name(int columns, int rows, const std::string& more = "") const {
    const double side = 2 * 20037508.342789244 / 64;
    const double left = -20037508.342789244 + kX * side, top = 20037508.342789244 - kY * side;
    return fmt::format("xyz:{}/t/{{z}}/{{x}}/{{y}}.png#zoom={}&bounds={},{},{},{}&bounds-crs=EPSG:3857{}",
                       server->url(), kZoom, left + 1, top - rows * side + 1, left + columns * side - 1,
                       top - 1, more);
  }
  /// The first pixel's red and alpha of tile i.
  static std::pair<int, int> seen(const std::vector<std::uint8_t>& all, int i, int columns, int rows) {
    const std::size_t width = 256U * static_cast<std::size_t>(columns);
    const std::size_t area = width * 256U * static_cast<std::size_t>(rows);
    const std::size_t at =
        static_cast<std::size_t>(i / columns) * 256 * width + static_cast<std::size_t>(i % columns) * 256;
    return {all[at], all[3 * area + at]};
  }

  /// The one MBTiles file in the cache's folder.
  fs::path cache_file() const {
    for (const auto& entry : fs::directory_iterator(folder / "cache"))
      if (entry.path().extension() == ".mbtiles") return entry.path();
    return {};
  }

  std::unique_ptr<TileServer> server;
  TileSettings settings;
};

TEST_F(ServerTest, NothingItAnswersIsSilentlyWrong) {
  struct Case {
    const char* rule;
    std::string cause;  ///< empty: the tile is there in the end; "-": it is missing
  };
  const std::vector<Case> cases{{R"(["ok"])", ""},
                                {R"(["500", "ok"])", ""},
                                {R"(["404"])", "-"},
                                {R"(["204"])", "-"},
                                {R"(["500"])", "HTTP 500 (3 attempts)"},
                                {R"(["garbage"])", "no PNG, JPEG or WebP (3 attempts)"},
                                {R"(["half", "ok"])", ""},
                                {R"(["half"])", "cut short"},
                                {R"(["slow"])", "no whole answer within 1 s"},
                                {R"(["close", "cut", "ok"])", ""},
                                {R"(["type"])", ""},
                                {R"(["html"])", "Please log in"},
                                {R"(["huge"])", "more than 16 MiB"},
                                {R"(["redirect"])", ""},
                                {R"(["loop"])", "sent on more than 5 times"},
                                {R"(["tofile"])", "something else than http"},
                                {R"(["429:1", "ok"])", ""},
                                {R"(["503", "ok"])", ""},
                                {R"(["403"])", "HTTP 403"},
                                {R"(["empty"])", "no bytes"},
                                {R"(["ok"])", "512 x 512"},
                                {R"(["cut"])", "cut short after"},
                                {R"(["410"])", "-"},
                                {R"(["ok"])", ""}};
  const auto count = static_cast<int>(cases.size());
  make_tiles(count);
  write_tile(folder / "root" / (tile(20) + ".png"), {.side = 512});
  std::string rules;
  for (int i = 0; i < count; ++i)
    rules +=
        fmt::format("{}\"{}\": {}", i == 0 ? "{" : ", ", tile(i), cases[static_cast<std::size_t>(i)].rule);
  server->rules(rules + "}");

  const std::string raster = name(4, 6, "&tile-size=256");
  const auto all = pixels_of(raster);
  ASSERT_EQ(all.size(), 4U * 1024 * 1536);
  const TileReport report = report_of(raster);
  std::size_t there = 0, missing = 0;
  for (int i = 0; i < count; ++i) {
    const Case& one = cases[static_cast<std::size_t>(i)];
    const auto found = std::find_if(report.failed.begin(), report.failed.end(),
                                    [&](const FailedTile& f) { return f.tile == tile(i); });
    const auto expected = one.cause.empty() ? std::pair{10 + i, 255} : std::pair{0, 0};
    EXPECT_EQ(seen(all, i, 4, 6), expected) << one.rule;
    there += one.cause.empty() ? 1 : 0;
    missing += one.cause == "-" ? 1 : 0;
    if (one.cause.empty() || one.cause == "-") {
      EXPECT_EQ(found, report.failed.end()) << one.rule << ": " << found->cause;
    } else {
      ASSERT_NE(found, report.failed.end()) << one.rule;
      EXPECT_NE(found->cause.find(one.cause), std::string::npos) << one.rule << ": " << found->cause;
    }
  }
  EXPECT_EQ(report.fetched, there);
  EXPECT_EQ(report.missing, missing);
  EXPECT_EQ(report.failed.size(), cases.size() - there - missing);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_NE(report.notes[0].find("of them again"), std::string::npos) << report.notes[0];
  for (const TileServer::Request& request : server->requests()) {
    EXPECT_TRUE(request.agent.starts_with("terramask/" TERRAMASK_VERSION)) << request.agent;
    EXPECT_LE(request.under_way, 8);
  }
}

TEST_F(ServerTest, WhatWasFetchedIsNotAskedForAgain) {
  make_tiles(7, 3);  // and two that are missing
  const auto first = pixels_of(name(3, 3));
  EXPECT_EQ(server->count(), 9U);
  EXPECT_EQ(pixels_of(name(3, 3)), first);
  // As another program would: of the memory of the first nothing is left, but of the cache.
  EXPECT_EQ(pixels_of(name(3, 3, "&margin=0&licence=CC0")), first);
  EXPECT_EQ(server->count(), 9U);
  const TileReport report = report_of(name(3, 3, "&margin=0&licence=CC0"));
  EXPECT_EQ(report.cached, 7U);
  EXPECT_EQ(report.missing, 2U);
  EXPECT_EQ(report.fetched, 0U);

  // The cache is an MBTiles file: others read it.
  const fs::path cache = cache_file();
  const geo::DatasetPtr other(GDALDataset::Open(cache.c_str(), GDAL_OF_RASTER));
  ASSERT_NE(other, nullptr);
  EXPECT_STREQ(other->GetDriver()->GetDescription(), "MBTiles");
  EXPECT_EQ(seen(pixels_of("xyz:" + cache.string()), 4, 3, 3), (std::pair{14, 255}));

  server->stop();
  settings.offline = true;
  configure_tiles(settings);
  EXPECT_EQ(pixels_of(name(3, 3, "&attribution=a")), first);
  pixels_of(name(4, 3, "&attribution=b"));
  EXPECT_EQ(report_of(name(4, 3, "&attribution=b")).absent, 3U);
  settings.cache = path("elsewhere");
  configure_tiles(settings);
  expect_error([&] { pixels_of(name(3, 3, "&attribution=c")); }, ErrorCode::not_found,
               {"offline", "`tile_cache`"});
  EXPECT_FALSE(fs::exists(folder / "elsewhere"));
}

// Tiles that PNG cannot make small.
class CacheSizeTest : public ServerTest {
 protected:
  void make_noise(int count) const {
    std::mt19937 random(7);
    for (int i = 0; i < count; ++i)
      write_tile(folder / "root" / (tile(i) + ".png"),
                 {.value = [&random](int, int, int) { return static_cast<int>(random() % 256); }});
  }
  std::set<std::string> kept() const {
    sqlite::Database cache(cache_file().string(), {.mode = sqlite::Mode::read});
    sqlite::Statement rows = cache.prepare("SELECT tile_column, 63 - tile_row FROM tiles");
    std::set<std::string> found;
    while (rows.step()) found.insert(fmt::format("{}/{}/{}", kZoom, rows.integer(0), rows.integer(1)));
    return found;
  }
  std::uintmax_t bytes() const { return fs::file_size(cache_file()); }
};

TEST_F(CacheSizeTest, TilesNotUsedForLongestGoFirst) {
  make_noise(16);  // 200 kB each
  pixels_of(name(4, 2));
  ASSERT_EQ(kept().size(), 8U);
  // Made by a program that did not keep when tiles were used; then the first row alone is read.
  sqlite::Database(cache_file().string(), {.mode = sqlite::Mode::create})
      .run("DROP INDEX terramask_used; ALTER TABLE terramask_fetches DROP COLUMN used");
  pixels_of(name(4, 1, "&attribution=a"));

  settings.cache_bytes = 1'500'000;
  configure_tiles(settings);
  const auto asked = server->count();
  pixels_of(name(4, 1, "&attribution=b"));
  EXPECT_EQ(server->count(), asked) << "the first row was used, and stays";
  const std::set<std::string> left = kept();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(left.contains(tile(i))) << i;
  EXPECT_LT(left.size(), 8U);
}

TEST_F(CacheSizeTest, IsKeptWhateverIsReadAndBySeveralAtOnce) {
  make_noise(40);
  settings.cache_bytes = 1 << 20;
  configure_tiles(settings);
  const std::string all = name(4, 10), again = name(4, 10, "&attribution=a"),
                    other = name(4, 10, "&licence=b");
  const auto first = pixels_of(all);
  EXPECT_EQ(report_of(all).fetched, 40U);
  EXPECT_LE(bytes(), 1U << 20U);
  EXPECT_GT(kept().size(), 2U);
  // Two sources as two programs have them, each dropping what the other fetched.
  std::vector<std::uint8_t> second, third;
  std::thread one([&] { second = pixels_of(again); });
  std::thread two([&] { third = pixels_of(other); });
  one.join(), two.join();
  EXPECT_EQ(second, first);
  EXPECT_EQ(third, first);
  EXPECT_LE(bytes(), 1U << 20U);

  // Offline nothing is dropped.
  const auto before = kept();
  settings.cache_bytes = 1;
  settings.offline = true;
  configure_tiles(settings);
  pixels_of(name(4, 10, "&attribution=c"));
  EXPECT_EQ(kept(), before);
}

TEST_F(ServerTest, ExpiredTilesAreAskedAfterAndOldOnesServeWhenTheServerIsAway) {
  make_tiles(4, 2);
  const auto first = pixels_of(name(2, 2));
  const std::string cache = cache_file().string();
  const auto expire = [&] {
    sqlite::Database(cache, {.mode = sqlite::Mode::create}).run("UPDATE terramask_fetches SET expires = 1");
  };
  expire();
  write_tile(folder / "root" / (fmt::format("{}/{}/{}", kZoom, kX + 1, kY + 1) + ".png"),
             {.value = [](int, int, int) { return 99; }});
  const auto second = pixels_of(name(2, 2, "&attribution=a"));
  EXPECT_EQ(seen(second, 0, 2, 2), seen(first, 0, 2, 2));
  EXPECT_EQ(seen(second, 3, 2, 2), (std::pair{99, 255}));
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 8U);
  EXPECT_EQ(std::count_if(requests.begin(), requests.end(), [](const auto& r) { return r.outcome == "304"; }),
            3);
  EXPECT_EQ(report_of(name(2, 2, "&attribution=a")).cached, 3U);
  EXPECT_EQ(report_of(name(2, 2, "&attribution=a")).fetched, 1U);

  expire();
  server->rules(R"({"*": ["500"]})");
  EXPECT_EQ(pixels_of(name(2, 2, "&attribution=b")), second);
  const TileReport report = report_of(name(2, 2, "&attribution=b"));
  EXPECT_EQ(report.cached, 4U);
  EXPECT_TRUE(report.failed.empty());
  ASSERT_FALSE(report.notes.empty());
  EXPECT_NE(report.notes[0].find("4 tiles have expired"), std::string::npos) << report.notes[0];
}

TEST_F(ServerTest, RateAndConnectionsAreKept) {
  make_tiles(12);
  settings.rate = 20;
  settings.connections = 2;
  configure_tiles(settings);
  server->rules(R"({"*": ["delay:0.2"]})");
  pixels_of(name(4, 3));
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 12U);
  int most = 0;
  for (const auto& request : requests) most = std::max(most, request.under_way);
  EXPECT_EQ(most, 2);
  // Twelve requests have eleven spaces between them.
  EXPECT_GE(requests.back().time - requests.front().time, 11 * 0.05 - 0.02);
}

TEST_F(ServerTest, AServerOutOfOrderIsNotAskedForEverything) {
  make_tiles(64, 8);
  settings.retries = 0;
  settings.connections = 1;
  configure_tiles(settings);
  server->rules(R"({"*": ["500"]})");
  pixels_of(name(8, 8, "&tile-size=256"));
  EXPECT_LE(server->count(), 12U);
  const TileReport report = report_of(name(8, 8, "&tile-size=256"));
  EXPECT_EQ(report.failed.size(), 64U);
  EXPECT_NE(report.failed.back().cause.find("not asked for: 10 tiles in a row had failed (HTTP 500)"),
            std::string::npos)
      << report.failed.back().cause;
}

TEST_F(ServerTest, RetinaTilesAreFoundOut) {
  for (int i = 0; i < 4; ++i) write_tile(folder / "root" / (tile(i, 2) + ".png"), {.side = 512});
  const geo::DatasetPtr raster = geo::open_raster(name(2, 2));
  EXPECT_EQ(raster->GetRasterXSize(), 1024);
  EXPECT_EQ(server->count(), 3U);  // one alone may be a placeholder
}

TEST_F(ServerTest, WhatCannotBeReadIsRefusedWhenItIsOpened) {
  const auto open = [](const std::string& source) { return [source] { geo::open_raster(source); }; };
  const std::string address = "xyz:" + server->url() + "/t/{z}/{x}/{y}.png";
  expect_error(open(address), ErrorCode::usage, {"zoom", "`zoom=N`"});
  expect_error(open(address + "#zoom=6"), ErrorCode::usage, {"how far", "`bounds=XMIN YMIN XMAX YMAX`"});
  expect_error(open(address + "#zoom=6&bounds=0,0,1,1"), ErrorCode::not_found, {"none of the tiles", "zoom"});
  server->rules(R"({"*": ["html"]})");
  expect_error(open(address + "#zoom=6&bounds=30,10,60,30"), ErrorCode::io, {"Please log in"});
  server->stop();
  expect_error(open(address + "#zoom=6&bounds=60,10,90,30"), ErrorCode::io, {"cannot be reached"});
}

TEST_F(ServerTest, ACacheOfOtherTilesIsRefused) {
  make_tiles(1, 1);
  settings.cache = path("one.mbtiles");
  configure_tiles(settings);
  pixels_of(name(1, 1));
  const std::string other =
      "xyz:" + server->url() + "/other/{z}/{x}/{y}.png" + name(1, 1).substr(name(1, 1).find('#'));
  expect_error([&] { pixels_of(other); }, ErrorCode::mismatch, {"one.mbtiles", "another source", "/t/{z}"});
  write_mbtiles(path("others.mbtiles"), {{{0, 0, 0}, "x"}}, {});
  settings.cache = path("others.mbtiles");
  configure_tiles(settings);
  expect_error([&] { pixels_of(name(1, 1, "&licence=a")); }, ErrorCode::mismatch, {"others made"});
  write_file(folder / "bad.mbtiles", std::string(5000, 'x'));
  settings.cache = path("bad.mbtiles");
  configure_tiles(settings);
  expect_error([&] { pixels_of(name(1, 1, "&licence=b")); }, ErrorCode::format, {"bad.mbtiles"});
  write_file(folder / "file", "x");
  settings.cache = path("file");
  configure_tiles(settings);
  expect_error([&] { pixels_of(name(1, 1, "&licence=c")); }, ErrorCode::io, {"`tile_cache`"});
}

TEST_F(ServerTest, WhoStopsDoesNotWaitForTheServer) {
  make_tiles(2, 2);
  StopFlag stop;
  settings.stop = &stop;
  settings.timeout_s = 60;
  configure_tiles(settings);
  server->rules(fmt::format(R"({{"{}": ["slow"]}})", tile(1, 2)));
  const auto reader = RasterReader::open({.paths = {name(2, 1, "&tile-size=256")}});
  std::vector<float> values(3 * 512);
  std::vector<std::uint8_t> valid(512);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop.request();
  });
  const auto begin = std::chrono::steady_clock::now();
  try {
    reader->read({0, 0, 512, 1}, values, valid);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(ErrorCode::cancelled)) << error.what();
  }
  later.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  configure_tiles({});
}

}  // namespace
}  // namespace terramask::tests
