// Small projects for the tests of data sets.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"
#include "dataset/sampler.hpp"
#include "dataset/statistics.hpp"
#include "geo/read_support.hpp"

namespace terramask::tests {

/// Two classes, every block and image for training unless a test says otherwise.
inline Project small_project() {
  Project project;
  project.classes = {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
  project.split.fractions = {1, 0, 0};
  project.training.patch = 16;
  project.training.batch = 2;
  return project;
}

inline ProjectImage image_of(const std::string& id, const std::string& raster, const std::string& labels) {
  ProjectImage image;
  image.id = id;
  image.stack = {RasterMember{.path = raster, .bands = {}, .nodata = "auto"}};
  image.labels = {.path = labels, .map = {}, .ignore = {}};
  return image;
}

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

inline void dress_rgb(GDALDataset& dataset) {
  dataset.GetRasterBand(1)->SetColorInterpretation(GCI_RedBand);
  dataset.GetRasterBand(2)->SetColorInterpretation(GCI_GreenBand);
  dataset.GetRasterBand(3)->SetColorInterpretation(GCI_BlueBand);
}

inline std::shared_ptr<const SamplerPlan> plan_of(const Dataset& dataset) {
  const TrainingKeys& training = dataset.project().training;
  return std::make_shared<SamplerPlan>(dataset, training,
                                       measure_normalization(dataset, training.normalization, {}),
                                       class_weights(dataset, training));
}

inline PartPixels read_part(const Dataset& dataset, std::size_t image, Part part) {
  PartPixels pixels;
  Dataset::Reader reader(dataset);
  reader.read(image, dataset.grid(image).extent(), part, pixels);
  return pixels;
}

}  // namespace terramask::tests
