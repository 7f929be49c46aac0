// Names of sources, templates, addresses, and the hiding of credentials.
#include <cmath>
#include <cstdlib>

#include "support.hpp"
#include "tiles/redact.hpp"
#include "tiles/source_name.hpp"
#include "tiles/tile_template.hpp"

namespace terramask::tests {
namespace {

using tiles::parse_source_name;
using tiles::SourceName;
using tiles::TileAddress;
using tiles::TileTemplate;

TEST(SourceNames, OptionsStandAfterTheHash) {
  const SourceName name = parse_source_name(
      "xyz:https://host/a?b=c&d={z}/{x}/"
      "{y}.png#zoom=18&bounds=-1.5,2,3e0,4&bounds-crs=EPSG:3857&tile-size=512&"
      "margin=2&pixels=index&subdomains=mt0,mt1&attribution=%C2%A9+A+%26+B&licence=CC+BY+4.0");
  EXPECT_EQ(name.location, "https://host/a?b=c&d={z}/{x}/{y}.png");
  EXPECT_EQ(name.zoom, 18);
  EXPECT_EQ(name.bounds, (std::array<double, 4>{-1.5, 2, 3, 4}));
  EXPECT_EQ(name.bounds_crs, "EPSG:3857");
  EXPECT_EQ(name.tile_size, 512);
  EXPECT_EQ(name.margin, 2);
  EXPECT_EQ(name.pixels, tiles::Pixels::index);
  EXPECT_EQ(name.subdomains, "mt0,mt1");
  EXPECT_EQ(name.attribution, "\u00a9 A & B");
  EXPECT_EQ(name.licence, "CC BY 4.0");
  EXPECT_EQ(parse_source_name(tiles::to_string(name)), name);
}

TEST(SourceNames, AHashInAPathIsPartOfIt) {
  EXPECT_EQ(parse_source_name("xyz:maps #3/tiles").location, "maps #3/tiles");
  EXPECT_EQ(parse_source_name("XYZ:maps#zoom=3").zoom, 3);
}

TEST(SourceNames, WhatCannotBeMeantIsRefused) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> wrong{
      {"xyz:", {"names no tiles"}},
      {"xyz:https://host/tile.png", {"names one file", "{z}/{x}/{y}"}},
      {"xyz:ftp://host/{z}/{x}/{y}.png", {"http"}},
      {"xyz:https://host/{z}/{x}.png", {"which tile"}},
      {"xyz:t/{z}/{x}/{y}.png#zoom=99", {"zoom=99", "0 to 29"}},
      {"xyz:t/{z}/{x}/{y}.png#zoom=", {"zoom="}},
      {"xyz:t/{z}/{x}/{y}.png#bounds=1,2,3", {"bounds=1,2,3", "XMIN"}},
      {"xyz:t/{z}/{x}/{y}.png#bounds=3,2,1,4", {"bounds"}},
      {"xyz:t/{z}/{x}/{y}.png#zom=3", {"\"zom\"", "zoom, bounds"}},
      {"xyz:t/{z}/{x}/{y}.png#tile-size=1e9", {"tile-size"}},
      {"xyz:t/{z}/{x}/{y}.png#zoom=3&attribution", {"KEY=VALUE"}}};
  for (const auto& [name, words] : wrong)
    expect_error([&, n = name] { parse_source_name(n); }, ErrorCode::usage, words);
  expect_error([] { TileTemplate("a/{z}/{w}"); }, ErrorCode::usage, {"{w}", "{-y}"});
  expect_error([] { TileTemplate("a/{z"); }, ErrorCode::usage, {"placeholder"});
  expect_error([] { TileTemplate("a/{env:TERRAMASK_NO_SUCH}/{z}"); }, ErrorCode::usage,
               {"TERRAMASK_NO_SUCH", "export"});
}

TEST(SourceNames, ATemplateGetsZoomAndBounds) {
  const std::array<double, 4> degrees{7.4, 43.7, 7.5, 43.8};
  EXPECT_EQ(with_extent("ortho.tif", 18, degrees, ""), "ortho.tif");
  EXPECT_EQ(with_extent("xyz:https://h/{z}/{x}/{y}.png", 18, degrees, ""),
            "xyz:https://h/{z}/{x}/{y}.png#zoom=18&bounds=7.4,43.7,7.5,43.8");
  EXPECT_EQ(with_extent("xyz:https://h/{z}/{x}/{y}.png#zoom=3", 18, {{0, 0, 1000, 1000}}, ""),
            "xyz:https://h/{z}/{x}/{y}.png#zoom=3&bounds=0,0,1000,1000&bounds-crs=EPSG:3857");
  EXPECT_EQ(with_extent("xyz:folder", 18, degrees, ""), "xyz:folder#zoom=18");
}

TEST(Templates, AreFilledAndFound) {
  const TileAddress tile{3, 3, 5};
  EXPECT_EQ(tiles::quadkey(tile), "213");  // Bing's own example
  EXPECT_EQ(tiles::from_quadkey("213"), tile);
  const TileTemplate all("https://{s}.h/{z}/{x}/{y}/{-y}/{q}{r}.png");
  EXPECT_EQ(all.fill(tile, {.subdomains = "abc", .retina = true}), "https://c.h/3/3/5/2/213@2x.png");
  EXPECT_EQ(all.fill(tile, {.subdomains = "mt0,mt1", .retina = false}), "https://mt0.h/3/3/5/2/213.png");

  EXPECT_EQ(TileTemplate("OAM-{x}-{y}-{z}.png").match("OAM-3-5-3.png", {}), tile);
  EXPECT_EQ(TileTemplate("{x}_{-y}.jpg").match("3_2.jpg", 3), tile);
  EXPECT_EQ(TileTemplate("{q}.{ext}").match("213.webp", {}), tile);
  EXPECT_EQ(TileTemplate("{x}{y}.png").match("35.png", 3), tile);
  EXPECT_FALSE(TileTemplate("OAM-{x}-{y}-{z}.png").match("OAM-3-5-3.png.aux.xml", {}));
  EXPECT_FALSE(TileTemplate("OAM-{x}-{y}-{z}.png").match("OAM-8-5-3.png", {}));  // beyond the world
  EXPECT_FALSE(TileTemplate("{x}-{y}-{z}").match("1-1-99999999999999999999", {}));
}

TEST(Templates, KeysComeFromTheEnvironment) {
  ::setenv("TERRAMASK_TEST_KEY", "s3cret", 1);
  EXPECT_EQ(TileTemplate("https://h/{z}/{x}/{y}?key={env:TERRAMASK_TEST_KEY}").fill({1, 0, 1}, {}),
            "https://h/1/0/1?key=s3cret");
}

TEST(Secrets, AreNotShown) {
  EXPECT_EQ(without_secrets("xyz:https://me:pw@host/{z}?access_token=abc&v=1#zoom=3: failed"),
            "xyz:https://***@host/{z}?access_token=***&v=1#zoom=3: failed");
  EXPECT_EQ(without_secrets("a \"https://h/?v=1&api_key=abc\" b ?Signature=x"),
            "a \"https://h/?v=1&api_key=***\" b ?Signature=***");
  EXPECT_EQ(without_secrets("https://h/?key={env:K}&mail=a@b"), "https://h/?key={env:K}&mail=a@b");
  for (const char* plain : {"", "ortho.tif", "https://h/a@2x.png", "is it? yes & no", "://", "?key="})
    EXPECT_EQ(without_secrets(plain), plain);
}

}  // namespace
}  // namespace terramask::tests
