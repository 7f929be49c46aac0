// Labels from a rendered map that a tile server has: the same as from a file with the same pixels.
#include "geo/files/open.hpp"
#include "labels/support.hpp"
#include "labels/web_map.hpp"
#include "terramask/tiles.hpp"
#include "tiles/tile_server.hpp"

namespace terramask::tests {
namespace {

constexpr int kZoom = 18, kX = 137'000, kY = 90'000, kTiles = 2, kSide = 256;

class MapTilesTest : public LabelsTest {
 protected:
  void SetUp() override {
    LabelsTest::SetUp();
    map = web_map::draw(3, kTiles * kSide, web_map::carto_style());
    const std::filesystem::path root = file("root");
    for (int row = 0; row < kTiles; ++row)
      for (int column = 0; column < kTiles; ++column) {
        const std::filesystem::path path = root / tile(column, row);
        std::filesystem::create_directories(path.parent_path());
        std::vector<Rgb> pixels;
        for (int y = row * kSide; y < (row + 1) * kSide; ++y)
          for (int x = column * kSide; x < (column + 1) * kSide; ++x)
            pixels.push_back(map.pixels[static_cast<std::size_t>(y * map.size + x)]);
        web_map::save(pixels, kSide, path.string() + ".png", 0);
      }
    server = std::make_unique<TileServer>(root);
    ASSERT_TRUE(server->running()) << "python3 is needed";
    TileSettings settings;
    settings.cache = file("cache");
    settings.retries = 2;
    configure_tiles(settings);
  }
  void TearDown() override {
    server.reset();
    configure_tiles({});
    LabelsTest::TearDown();
  }

  using Rgb = web_map::Rgb;
  static std::string tile(int column, int row) {
    return fmt::format("{}/{}/{}", kZoom, kX + column, kY + row);
  }
  static constexpr double kTileSide = 2 * 20037508.342789244 / (1 << kZoom);
  static constexpr double kLeft = -20037508.342789244 + kX * kTileSide;
  static constexpr double kTop = 20037508.342789244 - kY * kTileSide;

  std::string source() const {
    return fmt::format(
        "xyz:{}/t/{{z}}/{{x}}/{{y}}.png#zoom={}&bounds={},{},{},{}&bounds-crs=EPSG:3857&attribution=Mappers",
        server->url(), kZoom, kLeft + 1, kTop - kTiles * kTileSide + 1, kLeft + kTiles * kTileSide - 1,
        kTop - 1);
  }
  /// The image, and the map as a file: the same grid.
  std::string place(const std::string& name, bool of_map) const {
    NewRaster raster;
    raster.width = raster.height = map.size;
    raster.crs = "EPSG:3857";
    raster.geotransform = {kLeft, kTileSide / kSide, 0, kTop, 0, -kTileSide / kSide};
    raster.bands = of_map ? 3 : 1;
    if (of_map)
      raster.value = [this](int band, int column, int row) {
        return map
            .pixels[static_cast<std::size_t>(row * map.size + column)][static_cast<std::size_t>(band) - 1];
      };
    write_raster(file(name), raster);
    return file(name);
  }
  static Json rules(const std::string& path) {
    Json json = Json::parse(R"({"version": 1, "unlabelled": "ignore", "classes": [], "sources": {"map":
        {"type": "map", "path": ")" +
                            path + R"(", "legend": []}}, "rules": [{"source": "map"}]})");
    const char* names[] = {"none", "ground", "road", "building", "water", "vegetation"};
    for (int k = 1; k < 6; ++k)
      json["classes"].push_back({{"value", k}, {"name", names[k]}, {"color", fmt::format("#0000{:02x}", k)}});
    for (const auto& entry : web_map::legend_of(web_map::carto_style(), 3)) {
      const auto& c = entry.color;
      json["sources"]["map"]["legend"].push_back(
          {{"color", fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2])},
           {"class", names[entry.map_class]},
           {"line", entry.line},
           {"tolerance", 3}});
    }
    return json;
  }

  web_map::Map map;
  std::unique_ptr<TileServer> server;
};

TEST_F(MapTilesTest, AreReadAsAFileIs) {
  server->rules(fmt::format(R"({{"{}": ["500", "ok"]}})", tile(1, 0)));
  const std::string like = place("image.tif", false);
  const Raster of_file = paint(rules(place("map.tif", true)), like);
  const Raster of_tiles = paint(rules(source()), like);
  EXPECT_EQ(of_tiles.values, of_file.values);
  std::size_t right = 0;
  for (std::size_t i = 0; i < map.truth.size(); ++i) right += of_tiles.values[i] == map.truth[i] ? 1 : 0;
  EXPECT_GT(right, map.truth.size() * 97 / 100);
  EXPECT_EQ(server->count(), 5U) << "each tile once, and the one that failed again";
  const geo::DatasetPtr labels = geo::open_raster(file("labels.tif"));
  bool credited = false;
  for (char** line = labels->GetMetadata(); line != nullptr && *line != nullptr; ++line)
    credited = credited || std::string(*line).find("Mappers") != std::string::npos;
  EXPECT_TRUE(credited) << "whose map it is goes into the labels";
}

TEST_F(MapTilesTest, MissingTilesAreIgnored) {
  server->rules(fmt::format(R"({{"{}": ["404"]}})", tile(1, 1)));
  const Raster labels = paint(rules(source()), place("image.tif", false));
  std::size_t there = 0;
  for (int y = 0; y < labels.height; ++y)
    for (int x = 0; x < labels.width; ++x)
      if (x < kSide || y < kSide)
        there += labels.at(x, y) == map.truth[static_cast<std::size_t>(y * map.size + x)] ? 1 : 0;
      else
        ASSERT_EQ(labels.at(x, y), 255) << x << ", " << y;
  EXPECT_GT(there, 3U * kSide * kSide * 97 / 100);
}

}  // namespace
}  // namespace terramask::tests
