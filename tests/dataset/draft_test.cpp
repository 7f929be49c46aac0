// Projects made from rasters and labels alone, and the picture that shows them.
#include "dataset/draft.hpp"

#include <gtest/gtest.h>

#include "dataset/draft_training.hpp"
#include "dataset/samples_picture.hpp"
#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

class DraftTest : public ReadTest {
 protected:
  void SetUp() override {
    ReadTest::SetUp();
    write_raster(file("image.tif"),
                 {.width = 300,
                  .height = 280,
                  .bands = 3,
                  .value = [](int band, int column, int row) { return (40 * band + column + row) % 256; },
                  .dress = dress_rgb});
  }
  void labels(
      const std::function<double(int, int, int)>& value,
      const std::function<void(GDALDataset&)>& dress = [](GDALDataset&) {}) const {
    write_raster(file("labels.tif"), {.width = 300, .height = 280, .value = value, .dress = dress});
  }
  DraftOptions options() const {
    DraftOptions made;
    made.images = {file("image.tif")};
    made.labels = {file("labels.tif")};
    return made;
  }
  std::vector<std::string> notes;
};

TEST_F(DraftTest, ClassesAreTheValuesFoundWithTheNamesAndColoursTheyHave) {
  labels([](int, int column, int) { return column % 4 == 3 ? 255 : column % 4; },
         [](GDALDataset& d) {
           GDALColorTable table;
           const GDALColorEntry red{200, 10, 20, 255};
           table.SetColorEntry(2, &red);
           d.GetRasterBand(1)->SetColorTable(&table);
           char* names[] = {const_cast<char*>("void"), const_cast<char*>(""), const_cast<char*>("roof"),
                            nullptr};
           d.GetRasterBand(1)->SetCategoryNames(names);
         });
  const Project project = draft_project(options(), notes);
  ASSERT_EQ(project.classes.size(), 3U);
  EXPECT_EQ(project.classes[0].name, "void");
  EXPECT_EQ(project.classes[1].name, "class 1");
  EXPECT_EQ(project.classes[2].name, "roof");
  EXPECT_EQ(project.classes[2].color, "#c80a14");
  EXPECT_EQ(project.images[0].labels.ignore, std::vector<int>{255});
  EXPECT_EQ(notes.size(), 2U);  // of 255, and of the pixel size
  EXPECT_EQ(project.pixel_size_m, 1);
  EXPECT_LT(project.split.block_m, 256);  // 8.4 ha have no fifty blocks of 256 m
  write_project(file("project.json"), project, false);
  EXPECT_EQ(read_project(file("project.json")), project);
  const Dataset dataset(project, {});
  EXPECT_GT(dataset.count(Part::training, 2), 0U);
  EXPECT_GT(dataset.labelled(Part::test), 0U);
}

TEST_F(DraftTest, ABlackAndWhiteMaskHasTwoClasses) {
  labels([](int, int column, int) { return column > 200 ? 255 : 0; });
  const Project project = draft_project(options(), notes);
  ASSERT_EQ(project.classes.size(), 2U);
  EXPECT_EQ(project.classes[0].name, "background");
  EXPECT_EQ(project.classes[1].value, 1);  // 255 is a mask's nodata
  EXPECT_EQ(project.images[0].labels.map.at("255"), "class 255");
}

TEST_F(DraftTest, GreyLabelsAreToldApartByRanges) {
  labels([](int, int column, int) { return column % 256; });
  expect_error([&] { draft_project(options(), notes); }, ErrorCode::mismatch,
               {"labels.tif", "256 different values", "`map`"});
  DraftOptions asked = options();
  asked.classes = parse_class_requests("0-127=background,128-254|255=road#ffd400");
  const Project project = draft_project(asked, notes);
  EXPECT_EQ(project.classes[1].color, "#ffd400");
  EXPECT_EQ(project.images[0].labels.map.size(), 3U);
  EXPECT_GT(Dataset(project, {}).count(Part::training, 1), 0U);
  for (const std::string bad : {"", "road", "x=road", "1=", "1=road#12", "5-2=road", "1=a,2=a"})
    expect_error([&] { parse_class_requests(bad); }, ErrorCode::usage, {"`map`"});
}

TEST_F(DraftTest, RefusesWhatCannotBeMeant) {
  labels([](int, int, int) { return 1; });
  expect_error([&] { draft_project(options(), notes); }, ErrorCode::mismatch, {"one class (\"class 1\")"});
  DraftOptions two = options();
  two.labels.push_back(file("labels.tif"));
  expect_error([&] { draft_project(two, notes); }, ErrorCode::usage, {"2 label rasters for 1 images"});
  write_raster(file("labels.tif"),
               {.width = 300, .height = 280, .geotransform = {700000, 1, 0, 5000000, 0, -1}});
  expect_error([&] { draft_project(options(), notes); }, ErrorCode::mismatch, {"does not overlap"});
}

TEST_F(DraftTest, FilesWithoutACrsAreSplitByFileAsNearToTheFractionsAsTheyCan) {
  DraftOptions many;
  for (int i = 0; i < 6; ++i) {
    const std::string name = file("plain" + std::to_string(i) + ".tif");
    write_raster(name, {.width = 20, .height = 20, .crs = "", .geotransform = {}});
    many.images.push_back(name);
  }
  write_raster(file("labels.tif"),
               {.width = 20, .height = 20, .crs = "", .geotransform = {}, .value = [](int, int column, int) {
                  return column % 2;
                }});
  many.labels = {file("labels.tif")};
  const Project project = draft_project(many, notes);
  EXPECT_EQ(project.split.method, SplitMethod::file);
  const Dataset dataset(project, {});
  // Whole images, as near to 70, 15 and 15% as six can be.
  EXPECT_EQ(dataset.labelled(Part::training), 4U * 20 * 20);
  EXPECT_EQ(dataset.labelled(Part::validation), 1U * 20 * 20);
  EXPECT_EQ(dataset.labelled(Part::test), 1U * 20 * 20);
}

TEST_F(DraftTest, TheImagesPixelSizeIsTheModels) {
  labels([](int, int column, int) { return column % 2; });
  const auto image = [&](const std::string& name, double pixel) {
    write_raster(file(name), {.width = 100,
                              .height = 100,
                              .bands = 3,
                              .geotransform = {500000, pixel, 0, 5000000, 0, -pixel},
                              .dress = dress_rgb});
    return file(name);
  };
  DraftOptions alike = options();
  alike.images.push_back(image("nearly.tif", 1.05));
  EXPECT_NEAR(draft_project(alike, notes).pixel_size_m.value(), 1.025, 0.006);
  DraftOptions differ = options();
  differ.images.push_back(image("half.tif", 0.5));
  expect_error([&] { draft_project(differ, notes); }, ErrorCode::mismatch,
               {"0.5 m", "\"half\"", "1 m", "`resolution=METRES`"});
  differ.pixel_size_m = 0.5;
  EXPECT_EQ(draft_project(differ, notes).pixel_size_m, 0.5);
  differ.pixel_size_m.reset();
  differ.common_pixel_size = false;
  EXPECT_FALSE(draft_project(differ, notes).pixel_size_m);
}

TEST_F(DraftTest, RareClassesGetWhatTheyCanBeLearntBy) {
  labels([](int, int column, int row) { return (column + row) % 50 == 0 ? 1 : 0; });
  Project project = draft_project(options(), notes);
  EXPECT_EQ(project.training.sampling, Sampling::random);
  const Dataset dataset(project, {.strict = false});
  notes.clear();
  choose_training(project, dataset, {"training.loss"}, notes);
  EXPECT_EQ(project.training.sampling, Sampling::balanced);
  EXPECT_EQ(project.training.loss, learn::Loss::cross_entropy);
  EXPECT_TRUE(project.training.choose_threshold);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_NE(notes[0].find("class 1 (2%)"), std::string::npos) << notes[0];
  EXPECT_NE(notes[0].find("sampling: balanced"), std::string::npos) << notes[0];
  EXPECT_NE(notes[1].find("settings kept as given: loss"), std::string::npos) << notes[1];
  // Nothing is rare where all is half and half.
  labels([](int, int column, int) { return column % 2; });
  Project even = draft_project(options(), notes);
  notes.clear();
  const Dataset halves(even, {.strict = false});
  choose_training(even, halves, {}, notes);
  EXPECT_TRUE(notes.empty());
  EXPECT_EQ(even.training.sampling, Sampling::random);
}

TEST_F(DraftTest, ThePictureShowsLabelsOverTheImage) {
  labels([](int, int column, int) { return column > 150 ? 1 : 0; });
  Project project = draft_project(options(), notes);
  project.split.fractions = {1, 0, 0};
  const Dataset dataset(project, {});
  write_samples_picture(file("samples.png"), dataset, false);
  GDALDataset* picture = GDALDataset::Open(file("samples.png").c_str(), GDAL_OF_RASTER);
  ASSERT_NE(picture, nullptr);
  EXPECT_EQ(picture->GetRasterCount(), 3);
  EXPECT_GT(picture->GetRasterXSize(), 2 * 256);
  GDALClose(picture);
  const auto pixels = raw(file("samples.png"), {1, 2, 3});
  EXPECT_GT(std::set<float>(pixels.begin(), pixels.end()).size(), 100U);
  expect_error([&] { write_samples_picture(file("samples.png"), dataset, false); }, ErrorCode::exists,
               {"samples.png"});
}

}  // namespace
}  // namespace terramask::tests
