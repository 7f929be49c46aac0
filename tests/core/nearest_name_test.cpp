#include "core/nearest_name.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace terramask {
namespace {

TEST(SpellingDistance, CountsWhatWentWrongInTyping) {
  EXPECT_EQ(spelling_distance("segment", "segment"), 0u);
  EXPECT_EQ(spelling_distance("segmnt", "segment"), 1u);
  EXPECT_EQ(spelling_distance("seggment", "segment"), 1u);
  EXPECT_EQ(spelling_distance("segmant", "segment"), 1u);
  EXPECT_EQ(spelling_distance("segmnet", "segment"), 1u) << "two letters that changed places";
  EXPECT_EQ(spelling_distance("", "zonal"), 5u);
  EXPECT_EQ(spelling_distance("zonal", ""), 5u);
  EXPECT_EQ(spelling_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(spelling_distance("ca", "abc"), 3u) << "no letter is touched twice";
}

TEST(NearestName, FindsSubcommands) {
  const std::vector<std::string> names{"segment", "region", "info", "init", "labels", "train", "zonal"};
  EXPECT_EQ(nearest_name("segmnet", names), "segment");
  EXPECT_EQ(nearest_name("SEGMENT", names), "segment");
  EXPECT_EQ(nearest_name("regoin", names), "region");
  EXPECT_EQ(nearest_name("label", names), "labels");
  EXPECT_EQ(nearest_name("training", names), "train");
  EXPECT_EQ(nearest_name("seg", names), "segment");
  EXPECT_EQ(nearest_name("inf", names), "info");
  EXPECT_EQ(nearest_name("predict", names), "");
  EXPECT_EQ(nearest_name("s", names), "") << "one letter says nothing";
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("segment", {}), "");
}

TEST(NearestName, FindsOptionsWhateverTheirDashes) {
  const std::vector<std::string> names{"-o",        "--output", "--threshold", "--class-weights",
                                       "--classes", "--class"};
  EXPECT_EQ(nearest_name("--treshold", names), "--threshold");
  EXPECT_EQ(nearest_name("--class-weight", names), "--class-weights");
  EXPECT_EQ(nearest_name("--class_weights", names), "--class-weights");
  EXPECT_EQ(nearest_name("-output", names), "--output");
  EXPECT_EQ(nearest_name("--clas", names), "--class") << "the nearer of two";
  EXPECT_EQ(nearest_name("--out", names), "--output");
  EXPECT_EQ(nearest_name("--", names), "");
  EXPECT_EQ(nearest_name("--verbose", names), "");
}

}  // namespace
}  // namespace terramask
