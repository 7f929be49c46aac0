// terramask evaluate from outside.
#include <gdal_priv.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace terramask::tests {
namespace {

class Evaluate : public ProgramTest {
 protected:
  /// A raster of Byte on make_raster's grid; the columns from `edge` on are 1, the others 0.
  void make_labels(const std::string& name, int side, int edge, int one = 1) const {
    make_raster(name, side, 1);
    auto* file = static_cast<GDALDataset*>(GDALOpen(path(name).c_str(), GA_Update));
    ASSERT_NE(file, nullptr);
    std::vector<std::uint8_t> values;
    for (int i = 0; i < side * side; ++i)
      values.push_back(static_cast<std::uint8_t>(i % side >= edge ? one : 0));
    EXPECT_EQ(file->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, side, side, values.data(), side, side,
                                               GDT_Byte, 0, 0, nullptr),
              CE_None);
    GDALClose(file);
  }

  void expect_refused(const std::vector<std::string>& arguments, int status,
                      const std::vector<std::string>& parts) const {
    const auto before = files();
    std::vector<std::string> words{"evaluate", "-q"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    expect_error(terramask(words), status, parts);
    EXPECT_EQ(files(), before);
  }
};

TEST_F(Evaluate, WritesTableJsonPageAndErrors) {
  make_labels("mask.tif", 64, 32);
  make_labels("truth.tif", 64, 40, 255);
  make_raster("image.tif");
  const Outcome outcome = terramask({"evaluate",        "mask.tif", "--reference", "truth.tif", "--mask-map",
                                     "0=ground,1=road", "--map",    "255=road",    "--erode",   "3",
                                     "--slack",         "3",        "--json",      "r.json",    "--html",
                                     "r.html",          "--errors", "e.tif",       "--image",   "image.tif"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"overall accuracy 87.50%", "base accuracy 62.50%", "ground", "F1", "relaxed by 3",
                           "without pixels within 3", "r.json", "r.html", "e.tif"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
  const auto json = nlohmann::json::parse(read("r.json"));
  EXPECT_EQ(json["all"]["matrix"][0][1], 512);
  EXPECT_NE(read("r.html").find("data:image/png;base64,"), std::string::npos);
  EXPECT_TRUE(files().contains("e.tif"));
  expect_refused({"mask.tif", "--reference", "truth.tif", "--map", "255=1", "--json", "r.json"}, 2,
                 {"r.json", "exists already", "--overwrite"});
}

TEST_F(Evaluate, WarningsNameOptionsInReportsToo) {
  make_labels("mask.tif", 64, 32);
  make_labels("truth.tif", 64, 40);
  const Outcome outcome =
      terramask({"evaluate", "mask.tif", "--reference", "truth.tif", "--mask-map", "0=ground,1=road",
                 "--ignore", "99", "--json", "r.json", "--html", "r.html"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const std::string warning = "--ignore 99: nothing in the references has that value or label";
  for (const std::string& text : {outcome.err, read("r.json"), read("r.html")})
    EXPECT_NE(text.find(warning), std::string::npos) << text;
}

TEST_F(Evaluate, SegmentsWithAModelAndStoresTheThreshold) {
  make_model("model.safetensors");
  make_raster("a.tif");
  make_raster("b.tif", 48);
  make_labels("la.tif", 64, 20);
  make_labels("lb.tif", 48, 20);
  const Outcome outcome =
      terramask({"evaluate", "--model", "model.safetensors", "a.tif", "b.tif", "--reference", "la.tif",
                 "lb.tif", "--store-threshold", "--json", "r.json", "--errors", "errors/"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("best threshold"), std::string::npos) << outcome.out;
  const auto json = nlohmann::json::parse(read("r.json"));
  EXPECT_EQ(json["pairs"][1]["mask"], "b.tif");
  EXPECT_EQ(json["all"]["judged"], 64 * 64 + 48 * 48);
  const double threshold = json["sweep"]["best"]["threshold"];
  EXPECT_EQ(load_model(path("model.safetensors")).info.threshold, threshold);
  for (const std::string& name : files())
    EXPECT_EQ(name.find(".terramask-evaluate"), std::string::npos) << name;
  EXPECT_TRUE(files().contains("errors/b.tif"));

  // What segment makes with it is what the sweep promised.
  EXPECT_EQ(terramask({"segment", "-q", "model.safetensors", "a.tif", "-o", "ma.tif"}).status, 0);
  EXPECT_EQ(terramask({"segment", "-q", "model.safetensors", "b.tif", "-o", "mb.tif"}).status, 0);
  EXPECT_EQ(
      terramask({"evaluate", "-q", "ma.tif", "mb.tif", "--reference", "la.tif", "lb.tif", "--json", "s.json"})
          .status,
      0);
  const auto after = nlohmann::json::parse(read("s.json"));
  EXPECT_DOUBLE_EQ(after["all"]["classes"][1]["f1"], json["sweep"]["best"]["f1"]);
  const Outcome info = terramask({"info", "model.safetensors"});
  EXPECT_NE(info.out.find("threshold"), std::string::npos) << info.out;
}

TEST_F(Evaluate, BadCallsAreToldInOneLine) {
  make_labels("mask.tif", 64, 32);
  make_labels("truth.tif", 64, 40, 255);
  make_model("model.safetensors");
  make_raster("image.tif");
  expect_refused({"mask.tif"}, 2, {"nothing to compare with", "--reference"});
  expect_refused({"mask.tif", "--reference", "nowhere.tif"}, 1, {"nowhere.tif", "no such file", "; "});
  expect_refused({"mask.tif", "--reference", "truth.tif", "--json", "r.json"}, 1,
                 {"truth.tif", "255 (1536 pixels)", "--map"});
  expect_refused({"mask.tif", "--reference", "truth.tif", "truth.tif"}, 2,
                 {"--reference", "2 named, for 1 masks"});
  expect_refused({"mask.tif", "--reference", "truth.tif", "--store-threshold"}, 2,
                 {"--store-threshold", "--model"});
  expect_refused({"mask.tif", "--reference", "truth.tif", "--erode", "0"}, 2, {"--erode", "from 1 to 64"});
  expect_refused({"mask.tif", "mask.tif", "--reference", "truth.tif", "--errors", "e.tif"}, 2,
                 {"--errors e.tif", "DIR/"});
  expect_refused({"--model", "model.safetensors", "image.tif", "--reference", "truth.tif", "--map",
                  "255=road", "--store-threshold", "--class", "background"},
                 2, {"--store-threshold", "applies to the second"});
  expect_refused(
      {"mask.tif", "--reference", "truth.tif", "--map", "255=1", "--errors", "truth.tif", "--overwrite"}, 2,
      {"truth.tif", "also an input"});
  expect_refused({"mask.tif", "--reference", "truth.tif", "--image", "image.tif"}, 2, {"--image", "--html"});
  expect_refused({"mask.tif", "--reference", "truth.tif", "--threads", "2"}, 2, {"--threads", "--model"});
}

}  // namespace
}  // namespace terramask::tests
