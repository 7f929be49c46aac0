// The library names settings in backquotes, and the programs show them as their options.
#include "common/option_names.hpp"

#include <CLI/CLI.hpp>

#include "program.hpp"

namespace terramask::tests {
namespace {

using tools::OptionNames;

class Shown : public testing::Test {
 protected:
  Shown() {
    app_.add_option("MASK", mask_);
    app_.add_flag("-y,--overwrite", overwrite_);
    app_.add_option("--pixel-size,--resolution", size_);
    app_.add_option("-o,--output", output_);
    app_.add_option("-k", layer_);
  }
  std::string shown(const std::string& text) const { return OptionNames(app_).shown(text); }

  CLI::App app_;
  std::string mask_, output_, layer_;
  bool overwrite_ = false;
  double size_ = 0;
};

TEST_F(Shown, SettingsAreOptions) {
  EXPECT_EQ(shown("a.tif: is there; use `overwrite`, or another `output`"),
            "a.tif: is there; use --overwrite, or another -o");
  EXPECT_EQ(shown("`pixel_size`: or `resolution`"), "--pixel-size: or --resolution");
  EXPECT_EQ(shown("`assumed_pixel_size_m` 0 is none"), "--pixel-size 0 is none") << "of another name";
}

TEST_F(Shown, ValuesStandAfterThem) {
  EXPECT_EQ(shown("try `pixel_size=0.5`"), "try --pixel-size 0.5");
  EXPECT_EQ(shown("`output=a b=c`."), "-o a b=c.");
}

TEST_F(Shown, WhatIsNoOptionStays) {
  for (const char* text : {
           "", "overwrite, output=a.tif",
           "use `threshold`, or `threshold=0.5`",                // of other subcommands
           "`band_override`, `creation_options=A=B`",            // and of other names there
           "`mask`, `MASK`: positional",                         //
           "`k`: a letter is no name",                           //
           "`pixel-size` `--overwrite` `OVERWRITE`",             //
           "training.batch: found 0; see \"output\"",            // keys of a file
           "`output.width` of the rules",                        //
           "see `gdalinfo`, `gdal_edit.py -a_srs EPSG:4326`",    // other programs
           "name what `terramask segment --overwrite` wrote",    //
           "a single ` of a file's name, and then ``, at end`",  //
       })
    EXPECT_EQ(shown(text), text);
}

TEST_F(Shown, LoneBackquotesHideNoSetting) {
  EXPECT_EQ(shown("a`b.tif: `gdalinfo` or `overwrite`"), "a`b.tif: `gdalinfo` or --overwrite");
  EXPECT_EQ(OptionNames().shown("use `overwrite`"), "use `overwrite`") << "before the program is known";
}

class OptionNamesOfPrograms : public ProgramTest {};

TEST_F(OptionNamesOfPrograms, OfOtherNamesAreInASubcommand) {
  std::string help;
  for (const char* subcommand : {"segment", "region", "labels", "train", "evaluate", "zonal"})
    help += terramask({subcommand, "--help"}).out;
  for (const auto& [setting, option] : tools::kDifferingOptions) {
    const std::string name(option);
    EXPECT_TRUE(help.find(" " + name + " ") != std::string::npos ||
                help.find(name + ",") != std::string::npos)
        << setting << ": no subcommand has " << name;
  }
}

TEST_F(OptionNamesOfPrograms, AreInErrors) {
  make_raster("mask.tif", 64, 1);
  make_raster("image.tif");
  make_model("model.safetensors");
  expect_error(terramask({"vectorize", "mask.tif", "-o", "mask.gpkg", "--crs", "EPSG:0"}), 2,
               {"--crs EPSG:0"});
  expect_error(
      terramask({"segment", "model.safetensors", "image.tif", "-o", "out.tif", "-q", "--bands", "1,2"}), 2,
      {"--bands names 2 bands"});
  expect_error(terramask({"evaluate", "mask.tif", "--reference", "mask.tif", "--mask-map", "x"}), 2,
               {"--mask-map x: not VALUE=NAME", "--mask-map 0=background"});
  // The bench has a --memory-limit and no --tile.
  expect_error(bench({"--patch", "512", "--device", "cpu", "--memory-limit", "1M"}), 1,
               {"use a smaller `tile` or a larger --memory-limit"});
}

}  // namespace
}  // namespace terramask::tests
