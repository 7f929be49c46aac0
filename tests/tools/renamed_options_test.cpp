// Names that options once had, and names that they never had.
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace terramask::tests {
namespace {

class Names : public ProgramTest {};

TEST_F(Names, OldOnesDoWhatTheyDidWithALineOfWarning) {
  make_raster("mask.tif", 64, 1);
  const Outcome old = terramask({"vectorize", "mask.tif", "-o", "old.gpkg", "--layer", "a", "--class=1"});
  const Outcome now =
      terramask({"vectorize", "mask.tif", "-o", "now.gpkg", "--output-layer", "a", "--classes=1"});
  EXPECT_EQ(old.status, now.status) << old.err;
  for (const char* line :
       {"warning: --layer is now called --output-layer\n", "warning: --class is now called --classes\n"}) {
    EXPECT_NE(old.err.find(line), std::string::npos) << old.err;
    EXPECT_EQ(now.err.find(line), std::string::npos) << now.err;
  }
  EXPECT_EQ(terramask({"vectorize", "-q", "mask.tif", "-o", "old.gpkg", "--layer", "a", "--overwrite"}).err,
            "");
}

TEST_F(Names, OldOnesAreNotInTheHelp) {
  const std::string help = terramask({"region", "--help"}).out;
  EXPECT_EQ(help.find("--polygons"), std::string::npos);
  EXPECT_NE(help.find("--cutline FILE"), std::string::npos);
  EXPECT_NE(help.find("--probability-type"), std::string::npos);
}

TEST_F(Names, AfterTwoDashesArgumentsAreFiles) {
  const Outcome outcome = terramask({"zonal", "--zones", "z.gpkg", "-o", "z.csv", "--", "--layer"});
  EXPECT_EQ(outcome.err.find("is now called"), std::string::npos) << outcome.err;
}

TEST_F(Names, OfUnknownOptionsTheNearestIsNamedThoughSomethingIsMissingToo) {
  expect_error(terramask({"segment", "m.safetensors", "a.tif", "-o", "b.tif", "--treshold", "0.5"}), 2,
               {"terramask segment: unknown option --treshold; did you mean --threshold?"});
  expect_error(terramask({"region", "m.safetensors", "a.tif", "-o", "r/", "--polygon", "c.gpkg"}), 2,
               {"unknown option --polygon; did you mean --cutline?"});
  expect_error(terramask({"train", "p.json", "-o", "m.safetensors", "--class-weight=1,2"}), 2,
               {"--class-weight; did you mean --class-weights?"});
  expect_error(terramask({"segment", "m.safetensors", "a.tif", "--outptu", "b.tif"}), 2,
               {"--outptu; did you mean --output?"});
  expect_error(terramask({"segment", "m.safetensors", "a.tif", "--frobnicate"}), 2,
               {"unknown option --frobnicate; see `terramask segment --help`"});
}

TEST_F(Names, ChoicesAreListed) {
  expect_error(terramask({"region", "m.safetensors", "a.tif", "-o", "r/", "--priority", "lats"}), 2,
               {"--priority: \"lats\" is none of last, first, newest, oldest; did you mean last?"});
  expect_error(terramask({"segment", "m.safetensors", "a.tif", "-o", "b.tif", "--grid", "mine"}), 2,
               {"--grid: \"mine\" is none of input, model; see"});
}

}  // namespace
}  // namespace terramask::tests
