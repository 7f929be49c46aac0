// terramask train --export, from outside.
#include <gtest/gtest.h>

#include "program.hpp"

namespace terramask::tests {
namespace {

class ExportProgramTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_raster("image.tif", 64);
    make_raster("labels.tif", 64, 1);
    const Outcome made = terramask({"init", "image.tif", "--labels", "labels.tif", "--map",
                                    "0-60=low,61-255=high#ff0000", "-o", "project.json"});
    ASSERT_EQ(made.status, 0) << made.err;
    std::string project = read("project.json");
    const auto set = [&](const std::string& from, const std::string& to) {
      const std::size_t at = project.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      project.replace(at, from.size(), to);
    };
    set("\"patch\": 256", "\"patch\": 16");
    set("\"width\": 16", "\"width\": 2");
    write("project.json", project);
  }
};

TEST_F(ExportProgramTest, WritesAFolderInsteadOfAModel) {
  const Outcome made = terramask({"train", "project.json", "--export", "batches", "--epochs", "2"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find("batches: "), std::string::npos) << made.out;
  EXPECT_TRUE(files().contains("batches/training.json"));
  EXPECT_TRUE(files().contains("batches/initial.safetensors"));
  EXPECT_TRUE(files().contains("batches/batch-000002.safetensors"));
  EXPECT_EQ(terramask({"info", "batches/initial.safetensors"}).status, 0);
  expect_error(terramask({"train", "project.json", "--export", "batches"}), 2,
               {"terramask train: batches already exists"});
}

TEST_F(ExportProgramTest, OptionsThatWouldBeWithoutEffectAreRefused) {
  const std::set<std::string> before = files();
  expect_error(terramask({"train", "project.json"}), 2, {"terramask train: ", "--output is required"});
  for (const std::vector<std::string>& option :
       std::vector<std::vector<std::string>>{{"-o", "m.safetensors"},
                                             {"--resume"},
                                             {"--overwrite"},
                                             {"--dry-run"},
                                             {"--checkpoint-minutes", "1"}}) {
    std::vector<std::string> words{"train", "project.json", "--export", "batches"};
    words.insert(words.end(), option.begin(), option.end());
    expect_error(terramask(words), 2, {"terramask train: ", "--export"});
  }
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace terramask::tests
