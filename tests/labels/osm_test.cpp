// OpenStreetMap files: what GDAL needs to be told, and what it would lose without a word.
#include <cstdlib>

#include "geo/files/open.hpp"
#include "labels/support.hpp"
#include "labels/vector/id_set.hpp"
#include "labels/vector/osm_check.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;

/// A map in pixels of an image of 1 m at 8 E 47 N (degrees, so that places are exact).
class Osm : public LabelsTest {
 protected:
  static constexpr double kLon = 8, kLat = 47, kStep = 1e-5;  // 0.76 x 1.11 m

  void SetUp() override {
    LabelsTest::SetUp();
    NewRaster raster;
    raster.width = raster.height = 100;
    raster.crs = "EPSG:4326";
    raster.geotransform = {kLon, kStep, 0, kLat, 0, -kStep};
    write_raster(file("image.tif"), raster);
  }

  static std::string node(int id, double x, double y) {
    return fmt::format("<node id=\"{}\" version=\"1\" lon=\"{:.7f}\" lat=\"{:.7f}\"/>\n", id,
                       kLon + x * kStep, kLat - y * kStep);
  }
  static std::string way(int id, const std::vector<int>& nodes,
                         const std::map<std::string, std::string>& tags) {
    std::string text = fmt::format("<way id=\"{}\" version=\"1\">", id);
    for (const int one : nodes) text += fmt::format("<nd ref=\"{}\"/>", one);
    for (const auto& [key, value] : tags) text += fmt::format("<tag k=\"{}\" v=\"{}\"/>", key, value);
    return text + "</way>\n";
  }
  std::string osm(const std::string& body, const std::string& name = "map.osm") const {
    write_text(name,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n" + body + "</osm>\n");
    return file(name);
  }
  static Json rule(const std::string& layer, const std::string& where, const std::string& class_name,
                   const Json& width = nullptr) {
    Json made = {{"source", "map"}, {"layer", layer}, {"where", where}, {"class", class_name}};
    if (!width.is_null()) made["buffer"] = {{"width", width}};
    return made;
  }
  Json rules(const std::string& source, std::vector<Json> all) const {
    Json made = simple_rules(source);
    made["classes"].push_back({{"value", 2}, {"name", "railway"}, {"color", "#ff0000"}});
    made["rules"] = std::move(all);
    return made;
  }
  Raster paint_osm(const Json& json) const { return paint(json, file("image.tif")); }
  void expect_refused(const std::string& source, std::vector<std::string> words) const {
    expect_error(
        [&] { make(rules(source, {rule("lines", "highway IS NOT NULL", "road", 5)}), file("image.tif")); },
        ErrorCode::format, words);
  }
  static bool has_osmium() { return std::system("osmium --version > /dev/null 2>&1") == 0; }

  /// Nodes 1 to 4: a line down at x = 20, another at x = 60, from y = 10 to y = 90.
  static std::string two_lines() {
    return node(1, 20, 10) + node(2, 20, 90) + node(3, 60, 10) + node(4, 60, 90);
  }
};

TEST_F(Osm, TagsAreFieldsAndWidthsComeFromThem) {
  const std::string map = osm(two_lines() + way(1, {1, 2}, {{"highway", "primary"}, {"width", "15 m"}}) +
                              way(2, {3, 4}, {{"highway", "primary"}, {"lanes", "2"}}));
  const LabelsSummary summary = make(rules(map, {rule("lines", "highway = 'primary' AND tunnel IS NULL",
                                                      "road", {"width", "lanes * 3.25", 7})}),
                                     file("image.tif"));
  const Raster made = read_raster(file("labels.tif"));
  const auto run = [&](int from, int to) {
    int count = 0;
    for (int x = from; x < to; ++x) count += made.at(x, 50);
    return count;
  };
  EXPECT_EQ(run(0, 40), 20);   // 15 m of 0.76 m
  EXPECT_EQ(run(40, 100), 8);  // 6.5 m
  EXPECT_EQ(summary.credits, std::vector<std::string>{"(c) OpenStreetMap contributors (ODbL-1.0, "
                                                      "https://www.openstreetmap.org/copyright)"});
  const geo::DatasetPtr labels = geo::open_raster(file("labels.tif"));
  EXPECT_EQ(labels->GetMetadataItem("TERRAMASK_ATTRIBUTION"), summary.credits[0]);
}

TEST_F(Osm, AreasTunnelsAndBridgesAreWhatTheyAre) {
  const std::string map = osm(
      two_lines() + node(5, 5, 30) + node(6, 95, 30) + node(7, 5, 60) + node(8, 95, 60) + node(9, 80, 70) +
      node(10, 90, 70) + node(11, 90, 80) + node(12, 80, 80) + way(1, {1, 2}, {{"railway", "rail"}}) +
      way(2, {3, 4}, {{"railway", "rail"}, {"tunnel", "yes"}}) + way(3, {5, 6}, {{"highway", "primary"}}) +
      way(4, {7, 8}, {{"highway", "primary"}, {"bridge", "yes"}, {"layer", "1"}}) +
      way(5, {9, 10, 11, 12, 9}, {{"highway", "pedestrian"}, {"area", "yes"}}));
  std::vector<Json> all = {rule("lines", "railway IS NOT NULL AND tunnel IS NOT NULL", "ignore", 8),
                           rule("lines", "highway IS NOT NULL", "road", 8),
                           rule("lines", "railway IS NOT NULL AND tunnel IS NULL", "railway", 8),
                           rule("multipolygons", "highway IS NOT NULL", "road")};
  for (std::size_t i = 1; i < 4; ++i) all[i]["set"] = "traffic";
  const Raster made = paint_osm(rules(map, all));
  EXPECT_EQ(made.at(60, 20), 255);  // the tunnel
  EXPECT_EQ(made.at(60, 30), 1);    // beneath the road
  EXPECT_EQ(made.at(20, 30), 2);    // a level crossing: the later rule
  EXPECT_EQ(made.at(20, 60), 1);    // the bridge
  EXPECT_EQ(made.at(85, 75), 1);    // the square
  for (std::size_t i = 1; i < 4; ++i) all[i].erase("set");
  EXPECT_EQ(paint_osm(rules(map, all)).at(20, 60), 2);
}

TEST_F(Osm, ClosedWaysAreAreasOrLinesByTheirTags) {
  std::string body;
  std::string ways;
  const std::vector<std::map<std::string, std::string>> kinds = {
      {{"building", "house"}},     {{"natural", "water"}},    {{"landuse", "grass"}},
      {{"highway", "primary"}},    {{"barrier", "fence"}},    {{"leisure", "track"}},
      {{"waterway", "riverbank"}}, {{"natural", "tree_row"}}, {{"building:part", "yes"}}};
  for (int i = 0; i < static_cast<int>(kinds.size()); ++i) {
    const int x = 10 + 30 * (i % 3), y = 10 + 30 * (i / 3), n = 4 * i;
    body += node(n + 1, x, y) + node(n + 2, x + 20, y) + node(n + 3, x + 20, y + 20) + node(n + 4, x, y + 20);
    ways += way(i + 1, {n + 1, n + 2, n + 3, n + 4, n + 1}, kinds[static_cast<std::size_t>(i)]);
  }
  const Raster made = paint_osm(rules(osm(body + ways), {rule("multipolygons", "type IS NULL", "road")}));
  const std::vector<int> expected = {1, 1, 1, 0, 0, 0, 1, 0, 1};
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(made.at(20 + 30 * (i % 3), 20 + 30 * (i / 3)), expected[static_cast<std::size_t>(i)]) << i;
}

TEST_F(Osm, NamesMayBeOfAnyScriptAndTagsOfOnesOwn) {
  const std::string map = osm(two_lines() + way(1, {1, 2}, {{"highway", "track"}, {"name", "Straße 東"}}) +
                              way(2, {3, 4}, {{"highway", "track"}, {"snow:plough", "yes"}}));
  Json json = rules(map, {rule("lines", "name = 'Straße 東'", "road", 6)});
  EXPECT_EQ(paint_osm(json).at(20, 50), 1);
  json["rules"][0]["where"] = "\"snow:plough\" = 'yes'";
  expect_error([&] { paint_osm(json); }, ErrorCode::format,
               {"rules[0].where", "snow:plough", "sources.map.tags"});
  json["sources"]["map"]["tags"] = {"snow:plough"};
  const Raster made = paint_osm(json);
  EXPECT_EQ(made.at(20, 50), 0);
  EXPECT_EQ(made.at(60, 50), 1);
}

TEST_F(Osm, WhatIsNotSortedIsRefused) {
  const std::string street = way(1, {1, 2}, {{"highway", "primary"}});
  expect_refused(osm(node(2, 20, 90) + node(1, 20, 10) + street, "nodes.osm"),
                 {"nodes.osm: is not sorted", "osmium sort", "nodes-sorted.osm.pbf"});
  expect_refused(osm(street + node(1, 20, 10) + node(2, 20, 90), "ways.osm"),
                 {"ways.osm: is not sorted", "node 1 comes after way 1", "osmium sort"});
  expect_refused(osm(two_lines() + way(2, {1, 2}, {}) + street, "ids.osm"),
                 {"ids.osm: is not sorted", "way 1 comes after way 2"});
  expect_refused(osm(node(1, 20, 10) + node(1, 20, 10) + node(2, 20, 90) + street, "twice.osm"),
                 {"twice.osm: holds node 1 twice"});
  const std::string deleted = "<node id=\"1\" version=\"1\" visible=\"false\"/>";
  expect_refused(osm(node(2, 20, 90) + deleted + street, "deleted.osm"), {"deleted.osm: is not sorted"});
}

TEST_F(Osm, WhatIsDeletedIsNoFeature) {
  std::string street = way(2, {3, 4}, {{"highway", "primary"}});
  const auto painted = [this](const std::string& map) {
    return paint_osm(rules(map, {rule("lines", "highway IS NOT NULL", "road", 6)}));
  };
  for (const char* mark : {"action='delete'", "action=\"delete\"", "visible='false'"}) {
    std::string gone = street;
    gone.insert(gone.find(" version"), std::string(" ") + mark);
    const Raster made = painted(osm(two_lines() + way(1, {1, 2}, {{"highway", "primary"}}) + gone));
    EXPECT_EQ(made.at(20, 50), 1) << mark;
    EXPECT_EQ(made.at(60, 50), 0) << mark;
  }
  // A newer version takes the place of an older one, be it that the thing is gone.
  const std::string both = two_lines() + way(1, {1, 2}, {{"highway", "primary"}}) + street;
  const Raster later =
      painted(osm(both + "<way id=\"2\" version=\"2\" visible=\"false\"/><way id=\"3\" version=\"1\"/>"));
  EXPECT_EQ(later.at(20, 50), 1);
  EXPECT_EQ(later.at(60, 50), 0);
  // Words in tags delete nothing.
  const Raster named =
      painted(osm(two_lines() + way(1, {1, 2}, {{"highway", "primary"}, {"action", "delete"}})));
  EXPECT_EQ(named.at(20, 50), 1);
}

TEST_F(Osm, AWayWhoseNodesAreDeletedOrNowhereIsCut) {
  std::string body = node(1, 10, 50) + node(2, 30, 50) + "<node id=\"3\" version=\"1\"/>" + node(4, 70, 50) +
                     node(5, 90, 50);
  const Json all = rules(osm(body + way(1, {1, 2, 3, 4, 5}, {{"highway", "primary"}})),
                         {rule("lines", "highway IS NOT NULL", "road", 6)});
  const Raster made = paint_osm(all);
  EXPECT_EQ(made.at(20, 50), 1);
  EXPECT_EQ(made.at(50, 50), 0);
  EXPECT_EQ(made.at(80, 50), 1);
}

TEST_F(Osm, WhatEditorsWriteIsRead) {
  // In any order, with ids of their own for what is new, and one number on both sides of zero.
  const std::string map =
      osm(way(-1, {-1, 2}, {{"highway", "primary"}}) + node(2, 20, 90) + node(1, 60, 10) + node(-1, 20, 10) +
          node(-2, 60, 90) + way(1, {1, -2}, {{"highway", "primary"}}) +
          way(-7, {-1, -9}, {{"highway", "primary"}}));
  const LabelsSummary summary =
      make(rules(map, {rule("lines", "highway IS NOT NULL", "road", 6)}), file("image.tif"));
  const Raster made = read_raster(file("labels.tif"));
  EXPECT_EQ(made.at(20, 50), 1);
  EXPECT_EQ(made.at(60, 50), 1);
  EXPECT_EQ(made.at(40, 50), 0);
  EXPECT_EQ(summary.rules[0].features, 2U);
  LabelsOptions little =
      options(rules(map, {rule("lines", "highway IS NOT NULL", "road", 6)}), file("image.tif"));
  little.memory = 100;
  expect_error([&] { make_labels(little, {}, nullptr); }, ErrorCode::unsupported,
               {"map.osm: has ids below 1", "`memory`", "osmium sort", "osmium renumber"});
}

TEST_F(Osm, FilesOfChangesAreRefused) {
  write_text("new.osc", "<?xml version=\"1.0\"?>\n<!-- a < b -->\n<osmChange version=\"0.6\"><delete>" +
                            node(1, 20, 10) + "</delete></osmChange>\n");
  expect_error([&] { paint_osm(rules(file("new.osc"), {rule("lines", "highway IS NOT NULL", "road", 6)})); },
               ErrorCode::unsupported, {"new.osc: a file of changes", "osmium apply-changes"});
}

TEST_F(Osm, CompressedFilesAndHistoriesAreRead) {
  if (!has_osmium()) GTEST_SKIP() << "needs osmium-tool";
  const std::string map =
      osm(two_lines() + way(1, {1, 2}, {{"highway", "primary"}}) + way(2, {3, 4}, {{"highway", "primary"}}));
  const std::vector<Json> all = {rule("lines", "highway IS NOT NULL", "road", 6)};
  const Raster plain = paint_osm(rules(map, all));
  for (const char* name : {"m.osm.gz", "m.osm.bz2", "m.osm.pbf", "m.osh.pbf"}) {
    const std::string made = file(name);
    ASSERT_EQ(std::system(fmt::format("osmium cat {} -o {} --no-progress", map, made).c_str()), 0) << name;
    EXPECT_EQ(differences(plain, paint_osm(rules(made, all))), 0U) << name;
  }
  const auto size = fs::file_size(file("m.osm.gz"));
  fs::resize_file(file("m.osm.gz"), size - 20);
  expect_refused(file("m.osm.gz"), {"m.osm.gz: damaged or cut short"});
  std::string gone = way(2, {3, 4}, {{"highway", "primary"}});
  gone.insert(gone.find(" version"), " visible=\"false\"");
  const std::string history = osm(two_lines() + way(1, {1, 2}, {{"highway", "primary"}}) + gone, "h.osh");
  ASSERT_EQ(std::system(
                fmt::format("osmium cat {} -F osh -o {} --no-progress", history, file("h.osh.pbf")).c_str()),
            0);
  const Raster made = paint_osm(rules(file("h.osh.pbf"), all));
  EXPECT_EQ(made.at(20, 50), 1);
  EXPECT_EQ(made.at(60, 50), 0);
}

TEST_F(Osm, DamagedFilesAreRefused) {
  const std::string map = osm(two_lines() + way(1, {1, 2}, {{"highway", "primary"}}));
  std::string text;
  std::getline(std::ifstream(map), text, '\0');
  write_text("short.osm", text.substr(0, text.size() - 40));
  expect_refused(file("short.osm"), {"short.osm: damaged or cut short", "osmium fileinfo"});
  if (!has_osmium()) GTEST_SKIP() << "needs osmium-tool for .osm.pbf";
  ASSERT_EQ(std::system(fmt::format("osmium cat {} -o {} --no-progress", map, file("map.osm.pbf")).c_str()),
            0);
  const auto size = fs::file_size(file("map.osm.pbf"));
  fs::copy_file(file("map.osm.pbf"), file("short.osm.pbf"));
  fs::resize_file(file("short.osm.pbf"), size - 20);
  expect_refused(file("short.osm.pbf"), {"short.osm.pbf: damaged or cut short"});
}

TEST_F(Osm, WaysCutAtTheBorderAreDrawnAsFarAsTheyGo) {
  // Node 3, of each of three, is missing: in the middle of a street, at the end of one, in the outline of a
  // house.
  std::string body = node(1, 10, 20) + node(2, 30, 20) + node(4, 70, 20) + node(5, 90, 20) +
                     node(11, 10, 50) + node(12, 50, 50) + node(21, 10, 70) + node(22, 50, 70) +
                     node(24, 10, 90);
  body += way(1, {1, 2, 3, 4, 5}, {{"highway", "primary"}}) + way(2, {11, 12, 13}, {{"highway", "primary"}}) +
          way(3, {21, 22, 23, 24, 21}, {{"building", "yes"}});
  const LabelsSummary summary =
      make(rules(osm(body), {rule("lines", "highway IS NOT NULL", "road", 6),
                             rule("multipolygons", "building IS NOT NULL", "railway")}),
           file("image.tif"));
  const Raster made = read_raster(file("labels.tif"));
  EXPECT_EQ(made.at(20, 20), 1);
  EXPECT_EQ(made.at(50, 20), 0);
  EXPECT_EQ(made.at(80, 20), 1);
  EXPECT_EQ(made.at(30, 50), 1);
  EXPECT_EQ(made.at(15, 75), 255);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_NE(summary.warnings[0].find("3 painted ways lack nodes"), std::string::npos) << summary.warnings[0];
}

TEST_F(Osm, MultipolygonsHaveHolesAndSayWhatTheyLack) {
  std::string body = node(1, 10, 10) + node(2, 90, 10) + node(3, 90, 90) + node(4, 10, 90) + node(5, 30, 30) +
                     node(6, 70, 30) + node(7, 70, 70) + node(8, 30, 70);
  body += way(1, {1, 2, 3}, {}) + way(2, {3, 4, 1}, {}) + way(3, {5, 6, 7, 8, 5}, {});
  const auto relation = [](const std::string& more) {
    return "<relation id=\"1\" version=\"1\"><member type=\"way\" ref=\"1\" role=\"outer\"/><member "
           "type=\"way\" "
           "ref=\"2\" role=\"outer\"/><member type=\"way\" ref=\"3\" role=\"inner\"/>" +
           more + "<tag k=\"type\" v=\"multipolygon\"/><tag k=\"natural\" v=\"water\"/></relation>\n";
  };
  const std::vector<Json> all = {rule("multipolygons", "\"natural\" = 'water'", "road")};
  const LabelsSummary whole = make(rules(osm(body + relation("")), all), file("image.tif"));
  const Raster made = read_raster(file("labels.tif"));
  EXPECT_EQ(made.at(20, 20), 1);
  EXPECT_EQ(made.at(50, 50), 0);
  EXPECT_TRUE(whole.warnings.empty());
  const LabelsSummary lacking = make(
      rules(osm(body + relation("<member type=\"way\" ref=\"9\" role=\"inner\"/>")), all), file("image.tif"));
  ASSERT_FALSE(lacking.warnings.empty());
  EXPECT_NE(lacking.warnings[0].find("1 multipolygon lacks members"), std::string::npos)
      << lacking.warnings[0];
}

TEST_F(Osm, AnExtractOfAnotherPlaceOrTooSmallIsTold) {
  const std::string far =
      osm(node(1, 200000, 10) + node(2, 200000, 90) + way(1, {1, 2}, {{"highway", "primary"}}));
  const std::vector<Json> all = {rule("lines", "highway IS NOT NULL", "road", 5)};
  const LabelsSummary elsewhere = make(rules(far, all), file("image.tif"));
  ASSERT_EQ(elsewhere.warnings.size(), 2U);
  EXPECT_NE(elsewhere.warnings[0].find("map.osm: lies elsewhere than"), std::string::npos)
      << elsewhere.warnings[0];
  const std::string bounds =
      fmt::format("<bounds minlon=\"{}\" minlat=\"{}\" maxlon=\"{}\" maxlat=\"{}\"/>\n", kLon,
                  kLat - 50 * kStep, kLon + 100 * kStep, kLat);
  const LabelsSummary summary = make(
      rules(osm(bounds + two_lines() + way(1, {1, 2}, {{"highway", "primary"}})), all), file("image.tif"));
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_NE(summary.warnings[0].find("beyond the extract's bounds"), std::string::npos)
      << summary.warnings[0];
}

/// Many streets as OPL from the generator of large maps, sorted and numbered by osmium: the same labels from
/// XML and .osm.pbf, from memory and from spilt files.
TEST_F(Osm, SpillingToDiskChangesNothing) {
  if (!has_osmium()) GTEST_SKIP() << "needs osmium-tool";
  const auto run = [this](const std::string& command) {
    EXPECT_EQ(std::system(("cd " + folder.string() + " && " + command).c_str()), 0) << command;
  };
  run(std::string(TERRAMASK_SOURCE_DIR) +
      "/scripts/large_osm.py m.opl --towns 4 --streets 400 --buildings 12000 && osmium cat --no-progress "
      "m.opl "
      "-o bad.osm.pbf "
      "&& osmium sort --no-progress m.opl -o s.osm.pbf && osmium renumber --no-progress s.osm.pbf -o "
      "m.osm.pbf && osmium "
      "cat --no-progress m.osm.pbf -o m.osm");
  NewRaster raster;
  raster.width = raster.height = 1000;
  raster.crs = "EPSG:32632";
  raster.geotransform = {442000, 2, 0, 5234000, 0, -2};
  write_raster(file("image.tif"), raster);
  const std::string shipped = std::string(TERRAMASK_SOURCE_DIR) + "/rules/landcover.json";
  const auto with = [&](const std::string& source, std::uint64_t memory) {
    LabelsOptions options;
    options.rules = shipped;
    options.source_paths = {{"osm", file(source)}};
    options.like = file("image.tif");
    options.output = file("labels.tif");
    options.overwrite = true;
    options.memory = memory;
    options.scratch = file("scratch");
    fs::create_directories(options.scratch);
    const LabelsSummary summary = make_labels(options, {}, nullptr);
    EXPECT_TRUE(fs::is_empty(options.scratch));
    EXPECT_GT(summary.counts[5].second, 2000U);
    EXPECT_GT(summary.counts[6].second, 10000U);
    return read_raster(file("labels.tif"));
  };
  const Raster roomy = with("m.osm.pbf", std::uint64_t{1} << 30);
  EXPECT_EQ(differences(roomy, with("m.osm.pbf", 1 << 20)), 0U);
  EXPECT_EQ(differences(roomy, with("m.osm", 1 << 20)), 0U);
  expect_error([&] { with("bad.osm.pbf", 1 << 20); }, ErrorCode::format,
               {"bad.osm.pbf: is not sorted", "osmium sort"});
}

TEST(IdSet, KnowsWhatWasAdded) {
  labels::IdSet set;
  std::vector<std::uint64_t> ids;
  std::uint64_t id = 0;
  for (int i = 0; i < 5000; ++i) ids.push_back(id += 1 + (i * 7919) % (i % 50 == 0 ? 100'000'000 : 5));
  for (const std::uint64_t one : ids) set.add(one);
  EXPECT_EQ(set.size(), ids.size());
  EXPECT_LT(set.bytes(), ids.size() * 2);
  std::size_t at = 0;
  for (std::uint64_t one = 0; one < 3000; ++one) {
    while (at < ids.size() && ids[at] < one) ++at;
    ASSERT_EQ(set.contains(one), ids[at] == one) << one;
  }
  for (const std::uint64_t one : ids) ASSERT_TRUE(set.contains(one));
  EXPECT_FALSE(set.contains(ids.back() + 1));
  EXPECT_FALSE(labels::IdSet().contains(1));
}

}  // namespace
}  // namespace terramask::tests
