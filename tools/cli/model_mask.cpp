#include "cli/model_mask.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "terramask/segment.hpp"

namespace terramask::tools {
namespace fs = std::filesystem;
namespace {

std::string names(const std::vector<ClassInfo>& classes) {
  std::string text;
  for (const ClassInfo& one : classes) text += (text.empty() ? "" : ", ") + one.name;
  return text;
}

}  // namespace

ModelMask::ModelMask(const std::string& model, const RasterOptions& image, const ExecutorOptions& device,
                     const std::string& beside, const ProgressSink& progress)
    : model_(model) {
  Model loaded = load_model(model);
  for (const std::string& warning : loaded.warnings) spdlog::warn("warning: {}: {}", model, warning);
  classes_ = loaded.info.classes;
  Segmenter segmenter(std::move(loaded), device);
  spdlog::info("computing on {}", segmenter.device_name());
  folder_ = std::make_unique<HiddenFolder>("terramask-mask", beside);
  SegmentOptions options;
  options.raster = image;
  options.output = path();
  options.memory_limit = device.memory_limit;
  for (const std::string& warning : segmenter.run(options, progress, &stop_flag()).warnings)
    spdlog::warn("warning: {}", warning);
}

ModelMask::~ModelMask() = default;

std::vector<std::uint16_t> ModelMask::codes(const std::vector<ClassInfo>& classes) const {
  std::vector<std::uint16_t> codes(65536, 0);
  int known = 0;
  for (const ClassInfo& own : classes_) {
    auto at = std::ranges::find(classes, own.name, &ClassInfo::name);
    known += at == classes.end() ? 0 : 1;
    if (at == classes.end()) {
      // What a map of roads alone has no name for is its background.
      at = std::ranges::find(classes, "background", &ClassInfo::name);
      spdlog::warn("warning: the labels have no class \"{}\": where {} says so, {}", own.name, model_,
                   at == classes.end() ? "they are not compared" : "it is their background");
      if (at == classes.end()) continue;
    }
    codes[static_cast<std::size_t>(own.value)] = static_cast<std::uint16_t>(at - classes.begin() + 1);
  }
  if (known < 2)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: its classes ({}) are not those of the labels ({})", model_, names(classes_),
                            names(classes)),
                "name the labels' classes as the model's with --map");
  return codes;
}

}  // namespace terramask::tools
