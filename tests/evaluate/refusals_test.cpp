// What cannot be compared is refused, with file, cause and remedy.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "evaluate/support.hpp"

namespace terramask::tests {
namespace {

using ::testing::HasSubstr;

class Refusals : public EvaluateTest {
 protected:
  Refusals() {
    mask_ = mask("m.tif", grid_, values_, road_classes());
    reference_ = raster("r.tif", grid_, values_);
  }

  void expect(const EvaluationOptions& options, ErrorCode code, const std::string& message,
              const std::string& remedy) const {
    const Error error = error_of([&] { evaluate(options, {}, nullptr); });
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.message(), HasSubstr(message));
    EXPECT_THAT(error.remedy(), HasSubstr(remedy));
  }

  Grid grid_ = utm_grid(10, 10);
  std::vector<int> values_ = std::vector<int>(100, 1);
  std::string mask_, reference_;
};

TEST_F(Refusals, FilesThatAreNotThere) {
  expect(pair_of(path("nowhere.tif"), reference_), ErrorCode::not_found, "nowhere.tif: no such file", "path");
  expect(pair_of(mask_, path("nowhere.tif")), ErrorCode::not_found, "nowhere.tif: no such file", "path");
  EvaluationOptions options = pair_of(mask_, reference_);
  options.points = path("nowhere.gpkg");
  options.attribute = "class";
  expect(options, ErrorCode::not_found, "nowhere.gpkg: no such file", "path");
}

TEST_F(Refusals, PlacesThatDoNotMeet) {
  const std::string far = raster("far.tif", utm_grid(10, 10, 510000), values_);
  expect(pair_of(mask_, far), ErrorCode::mismatch, "far.tif: does not overlap " + mask_, "same place");
  Grid other = grid_;
  other.crs = geo::crs_from_user("EPSG:32616", "test");
  expect(pair_of(mask_, raster("other.tif", other, values_)), ErrorCode::mismatch,
         "(EPSG:32616 and EPSG:32633)", "same place");
  Grid nowhere = utm_grid(12, 10);
  nowhere.has_geotransform = false;
  nowhere.crs.clear();
  expect(pair_of(mask_, raster("plain.tif", nowhere, std::vector<int>(120, 1))), ErrorCode::mismatch,
         "plain.tif has no georeferencing, and their sizes differ", "gdal_edit.py");
  const std::string blank = raster("blank.tif", grid_, std::vector<int>(100, 9), 9);
  expect(pair_of(mask_, blank), ErrorCode::mismatch, "blank.tif: says nothing within", "same place");
}

TEST_F(Refusals, RastersThatAreNoClasses) {
  const std::vector<float> plane(100, 1.0F);
  const std::string image = planes("image.tif", grid_, {plane, plane, plane}, -1, GDT_Byte);
  expect(pair_of(mask_, image), ErrorCode::mismatch, "image.tif: has 3 bands", "gdal_translate -b 1");
  expect(pair_of(image, reference_), ErrorCode::mismatch, "image.tif: has 3 bands", "name a mask");
  std::vector<float> heights;
  for (int i = 0; i < 100; ++i) heights.push_back(static_cast<float>(i) + 0.5F);
  expect(pair_of(planes("dsm.tif", grid_, {heights}, -1, GDT_Float32), reference_), ErrorCode::mismatch,
         "dsm.tif: holds 0.5, which is no class value", "name one");
}

TEST_F(Refusals, OptionsThatCannotBeMeant) {
  EvaluationOptions options = pair_of(mask_, reference_);
  options.map = {"255"};
  expect(options, ErrorCode::usage, "`map` 255: not REFVALUE=CLASS", "`map=255=road`");
  options.map = {"255=street"};
  expect(options, ErrorCode::usage, "\"street\" is no class of the mask", "0 background, 1 road");
  options.map = {"255=road", "255.0=background"};
  expect(options, ErrorCode::usage, "255 is mapped twice", "once");
  options.map = {"7=road"};
  options.ignore = {"7"};
  expect(options, ErrorCode::usage, "`ignore` 7: it is mapped too", "");
  options = pair_of(mask_, reference_);
  options.positive = "tree";
  expect(options, ErrorCode::usage, "`positive`: \"tree\"", "1 road");
  options = pair_of(mask_, reference_);
  options.erode = 65;
  expect(options, ErrorCode::usage, "a distance of 65", "0 to 64");
  options = pair_of(mask_, "");
  expect(options, ErrorCode::usage, "m.tif: has nothing to be compared with", "`points`");
  options = pair_of(mask_, reference_);
  options.pairs[0].errors = reference_;
  options.overwrite = true;
  expect(options, ErrorCode::usage, "the output is also an input", "");
  options.pairs[0].errors = path("no/e.tif");
  expect(options, ErrorCode::not_found, "does not exist", "create it");
}

TEST_F(Refusals, MoreClassesThanAMatrixHolds) {
  EvaluationOptions options = pair_of(mask_, reference_);
  for (int i = 0; i < 1025; ++i) options.classes.push_back(fmt::format("{}=class {}", i, i));
  expect(options, ErrorCode::unsupported, "1025 classes", "fewer");
  options.classes = {"road=1"};
  expect(options, ErrorCode::usage, "`classes` road=1: not VALUE=NAME", "0=background");
}

TEST_F(Refusals, MasksThatCallAValueByTwoNames) {
  EvaluationOptions options = pair_of(mask_, reference_);
  options.pairs.push_back(
      {mask("n.tif", grid_, values_, {{0, "background", "#000000"}, {1, "tree", "#00ff00"}}),
       reference_,
       {},
       {},
       {}});
  expect(options, ErrorCode::mismatch, "n.tif: calls its value 1 \"tree\", masks before it \"road\"",
         "`classes`");
}

class RefusedVectors : public Refusals {
 protected:
  RefusedVectors() {
    polygons_ = vectors("p.gpkg", utm(), {{"road", box}, {"tree", box}, {"tree", box}});
    options_ = pair_of(mask_, polygons_);
  }
  static constexpr const char* box =
      "POLYGON((500000 5400000,500010 5400000,500010 5399990,500000 5399990,500000 5400000))";
  std::string polygons_;
  EvaluationOptions options_;
};

TEST_F(RefusedVectors, WithoutTheAttribute) {
  expect(options_, ErrorCode::usage, "p.gpkg: which attribute holds the classes? It has: class",
         "`attribute`");
  options_.attribute = "kind";
  expect(options_, ErrorCode::not_found, "p.gpkg: has no attribute \"kind\"; it has: class", "`attribute`");
  options_.layer = "others";
  expect(options_, ErrorCode::not_found, "has no layer \"others\"; it has: things", "`layer`");
}

TEST_F(RefusedVectors, WithUnknownLabels) {
  options_.attribute = "class";
  expect(options_, ErrorCode::mismatch, "labels that are no class of the mask: tree (2 features)",
         "`map=VALUE=CLASS`");
  options_.ignore = {"tree"};
  expect(options_, ErrorCode::mismatch, "p.gpkg: says nothing within", "same place");  // tree lies over road
}

TEST_F(RefusedVectors, OfAnotherPlace) {
  const std::string far = vectors("far.gpkg", utm(), {{"road", "POLYGON((0 0,1 0,1 1,0 0))"}});
  options_ = pair_of(mask_, far);
  options_.attribute = "class";
  expect(options_, ErrorCode::mismatch, "far.gpkg: no polygon overlaps", "CRS");
  options_ = pair_of(mask_, "");
  options_.points = vectors("points.gpkg", utm(), {{"road", "POINT(0 0)"}});
  options_.attribute = "class";
  expect(options_, ErrorCode::mismatch, "points.gpkg: no point lies in a mask", "CRS");
  options_.points = polygons_;
  expect(options_, ErrorCode::mismatch, "p.gpkg: holds polygons and no point", "`reference`");
}

}  // namespace
}  // namespace terramask::tests
