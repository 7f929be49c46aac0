// Tiles as others make them: nothing in them keeps a reader busy without end.
#include <zlib.h>

#include "support.hpp"
#include "terramask/progress.hpp"
#include "tiles/image_bytes.hpp"
#include "tiles/mbtiles_source.hpp"
#include "tiles/mbtiles_tables.hpp"
#include "tiles/tile_cache.hpp"

namespace terramask::tests {
namespace {

using tiles::TileAddress;
using tiles::TileExtent;
using tiles::TileRange;

class ForeignTiles : public TilesTest {
 protected:
  std::string with_rows(const std::string& name, const std::vector<std::string>& rows) {
    write_mbtiles(path(name), {{{5, 10, 20}, "x"}, {{5, 12, 21}, "x"}, {{7, 40, 80}, "x"}}, {});
    sqlite::Database database(path(name), {.mode = sqlite::Mode::create});
    for (const std::string& row : rows) database.run("INSERT INTO tiles VALUES (" + row + ", 'x')");
    return path(name);
  }
  static std::vector<std::string> notes(const tiles::TileSource& source) {
    TileReport report;
    source.report(report);
    return report.notes;
  }
};

TEST_F(ForeignTiles, ColumnsOfAnotherTypeAreNoTiles) {
  const std::string file = with_rows(
      "types.mbtiles", {"x'', 1, 1", "'five', 1, 1", "NULL, 1, 1", "5.5, 1, 1", "-1, 1, 1", "30, 1, 1",
                        "5, x'31', 1", "5, 'a', 1", "5, 1, NULL", "5, 11.5, 11", "5, 32, 1", "5, 1, -1"});
  const tiles::MbtilesSource source(file, nullptr);
  EXPECT_EQ(source.zooms(), (std::vector<int>{5, 7}));
  EXPECT_EQ(source.extent(5), (TileRange{10, 20, 13, 22}));
  EXPECT_EQ(source.extent(7), (TileRange{40, 80, 41, 81}));
  EXPECT_EQ(source.example(5, {0, 0, 10, 32}), std::nullopt);
  ASSERT_EQ(notes(source).size(), 1U);
  EXPECT_NE(notes(source)[0].find("12 rows are skipped"), std::string::npos) << notes(source)[0];
}

TEST_F(ForeignTiles, WhoStopsDoesNotWaitForAQueryWithoutEnd) {
  sqlite::Database(path("view.mbtiles"), {.mode = sqlite::Mode::create})
      .run(
          "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) "
          "SELECT i AS zoom_level, 'x' AS tile_column, 0 AS tile_row, NULL AS tile_data FROM n");
  StopFlag stop;
  stop.request();
  EXPECT_EQ(error_of([&] { tiles::MbtilesSource(path("view.mbtiles"), &stop); }).code(),
            ErrorCode::cancelled);
}

TEST_F(ForeignTiles, ACacheWithForeignRowsIsNotEmptiedForEver) {
  const std::string file = path("cache.mbtiles");
  { const tiles::TileCache made(file, "source", false, std::nullopt); }
  sqlite::Database(file, {.mode = sqlite::Mode::create})
      .run(
          "INSERT INTO terramask_fetches (zoom_level, tile_column, tile_row) VALUES (x'', 'a', 'b'), (x'01', "
          "1, 1);"
          "INSERT INTO tiles VALUES (x'', 'a', 'b', zeroblob(3000000))");
  tiles::TileCache cache(file, "source", false, std::uint64_t{1} << 20U);
  cache.keep({5, 1, 1}, {.missing = false,
                         .bytes = std::string(1000, 'x'),
                         .etag = {},
                         .last_modified = {},
                         .expires = 9'000'000'000});
  EXPECT_TRUE(cache.find({5, 1, 1}));
}

TEST(TileExtents, GoOnAcross180Degrees) {
  TileExtent across(10);
  across.add(1022, 5);
  across.add(1023, 6);
  across.add(1, 7);
  EXPECT_EQ(across.range(), (TileRange{1022, 5, 1026, 8}));
  EXPECT_EQ(tiles::in_world(10, across.range()), (std::vector<TileRange>{{0, 5, 2, 8}, {1022, 5, 1024, 8}}));
  EXPECT_EQ(tiles::world_column(10, 1025), 1);
  TileExtent everywhere(2);
  for (const int x : {0, 1, 2, 3}) everywhere.add(x, 1);
  EXPECT_EQ(everywhere.range(), (TileRange{0, 1, 4, 2}));
  TileExtent apart(10);  // Portugal and Japan
  apart.add(490, 1);
  apart.add(910, 1);
  EXPECT_EQ(apart.range(), (TileRange{490, 1, 911, 2}));
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(value >> shift & 255U));
  return bytes;
}

std::string chunk(const std::string& name, const std::string& data) {
  return big_endian(static_cast<std::uint32_t>(data.size())) + name + data + "crc.";
}

/// A PNG whose data are so many zeros.
std::string png_of(std::uint32_t side, std::size_t zeros, char interlaced = 0) {
  std::string data(compressBound(zeros), 0);
  uLongf size = data.size();
  const std::string raw(zeros, 0);
  compress2(reinterpret_cast<Bytef*>(data.data()), &size, reinterpret_cast<const Bytef*>(raw.data()), zeros,
            9);
  data.resize(size);
  const std::string kind{8, 6, 0, 0, interlaced};
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big_endian(side) + big_endian(side) + kind) +
         chunk("IDAT", data.substr(0, size / 2)) + chunk("IDAT", data.substr(size / 2)) + chunk("IEND", "");
}

TEST(ImageExcess, DataAreBoundedByTheHeader) {
  // As much as its rows have, and a byte more, where inflating is worth a look at all.
  constexpr std::size_t rows = std::size_t{6000} * (1 + 4 * 6000);
  EXPECT_EQ(tiles::image_fault(png_of(6000, rows)), "");
  EXPECT_NE(tiles::image_fault(png_of(6000, rows + 1)), "");
  EXPECT_NE(tiles::image_fault(png_of(256, std::size_t{100} << 20U)).find("more than 262400 bytes"),
            std::string::npos);
  EXPECT_EQ(tiles::image_fault(png_of(256, 256 * 1025)), "");
  // Seven passes have a few more rows.
  EXPECT_EQ(tiles::image_fault(png_of(8, 8 * 33 + 7, 1)), "");
  EXPECT_NE(tiles::image_fault(png_of(9000, 100)).find("9000 x 9000"), std::string::npos);
}

TEST(ImageExcess, ScansAreBoundedByTheSize) {
  const std::string frame("\xFF\xC2\x00\x0B\x08\x20\x00\x20\x00\x01\x01\x11\x00", 13);  // 8192 x 8192
  const std::string scan("\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00\x00", 11);
  std::string few = "\xFF\xD8" + frame, many = few;
  for (int i = 0; i < 10; ++i) few += scan;
  for (int i = 0; i < 100; ++i) many += scan;
  EXPECT_EQ(tiles::image_fault(few + "\xFF\xD9"), "");
  EXPECT_NE(tiles::image_fault(many + "\xFF\xD9").find("100 scans"), std::string::npos);
}

}  // namespace
}  // namespace terramask::tests
