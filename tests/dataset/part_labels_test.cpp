// The labels of a part as a raster: no more, no less than what the part may see.
#include "dataset/part_labels.hpp"

#include <gtest/gtest.h>

#include <map>

#include "dataset/draft.hpp"
#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

class PartLabels : public ReadTest {};

TEST_F(PartLabels, HoldThePartAndNothingElse) {
  write_raster(file("image.tif"), {.width = 300, .height = 280, .bands = 3, .dress = dress_rgb});
  write_raster(file("labels.tif"), {.width = 300, .height = 280, .value = [](int, int column, int row) {
                                      return (column / 7 + row / 5) % 3;
                                    }});
  DraftOptions options;
  options.images = {file("image.tif")};
  options.labels = {file("labels.tif")};
  std::vector<std::string> notes;
  const Project project = draft_project(options, notes);
  const Dataset dataset(project, {.cache_bytes = 0, .strict = false});
  for (const Part part : {Part::training, Part::validation, Part::test}) {
    ASSERT_TRUE(holds_part(dataset, 0, part)) << to_string(part);
    const std::string path = file(std::string(to_string(part)) + ".tif");
    write_part_labels(path, dataset, 0, part, nullptr);
    std::map<float, std::uint64_t> counts;
    for (const float value : raw(path, {1})) ++counts[value];
    std::uint64_t labelled = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_EQ(counts[static_cast<float>(project.classes[c].value)], dataset.count(part, c)) << c;
      labelled += dataset.count(part, c);
    }
    EXPECT_GT(labelled, 0U);
    EXPECT_EQ(counts[255], 300U * 280U - labelled);
  }
}

TEST_F(PartLabels, ImagesAreReadByTheNamesOfAModelsBands) {
  write_raster(file("image.tif"), {.width = 64, .height = 64, .bands = 3, .dress = dress_rgb});
  Project project;
  project.images.resize(1);
  project.images[0].id = "image";
  project.images[0].stack = {RasterMember{.path = file("image.tif"), .bands = {}, .nodata = "auto"}};
  const RasterOptions found = image_options(project, 0, {{"blue", "Byte"}, {"red", "Byte"}});
  EXPECT_EQ(found.band_override, (std::vector<std::string>{"3", "1"}));
  expect_error([&] { (void)image_options(project, 0, {{"nir", "Byte"}}); }, ErrorCode::mismatch, {"image"});
}

}  // namespace
}  // namespace terramask::tests
