// terramask init, from outside.
#include <gtest/gtest.h>

#include "program.hpp"

namespace terramask::tests {
namespace {

class InitTest : public ProgramTest {};

TEST_F(InitTest, WritesAProjectWithItsPictureAndTellsTheClasses) {
  make_raster("image.tif", 128);
  make_raster("labels.tif", 128, 1);
  const Outcome made = terramask({"init", "image.tif", "--labels", "labels.tif", "--map",
                                  "0-60=low,61-255=high#ff0000", "-o", "project.json"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find("high"), std::string::npos) << made.out;
  EXPECT_NE(made.out.find("project.json\nproject.samples.png\n"), std::string::npos) << made.out;
  EXPECT_NE(read("project.json").find("\"path\": \"image.tif\""), std::string::npos);
  EXPECT_TRUE(files().contains("project.samples.png"));
  expect_error(terramask({"init", "image.tif", "--labels", "labels.tif", "-o", "project.json"}), 2,
               {"terramask init: ", "project.json"});
}

TEST_F(InitTest, SaysWhatIsWrongWithTheLabels) {
  make_raster("image.tif", 64);
  make_raster("elsewhere.tif", 64, 1, 900000);
  make_raster("rgb.tif", 64);
  expect_error(terramask({"init", "image.tif", "--labels", "elsewhere.tif", "-o", "p.json"}), 1,
               {"terramask init: elsewhere.tif: does not overlap image.tif"});
  expect_error(terramask({"init", "image.tif", "--labels", "rgb.tif", "-o", "p.json"}), 1,
               {"rgb.tif: a raster of colours"});
  expect_error(terramask({"init", "image.tif", "--labels", "image.tif", "--map", "road", "-o", "p.json"}), 2,
               {"terramask init: --map", "road"});
  expect_error(terramask({"init", "image.tif", "-o", "p.json"}), 2, {"--labels"});
}

}  // namespace
}  // namespace terramask::tests
