#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

#include "geo/base/creation_options.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/write/staged_cog.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask {
namespace {

constexpr float kByteSteps = 254;

template <class T>
geo::StagedCogOptions staged_options(const MaskOptions& options) {
  constexpr bool byte = std::is_same_v<T, std::uint8_t>;
  geo::ensure_gdal();
  geo::check_classes(options.classes);
  constexpr std::array<std::string_view, 3> overviews{"AVERAGE", "NEAREST", "NONE"};
  geo::StagedCogOptions staged;
  staged.path = options.path;
  staged.overwrite = options.overwrite;
  staged.reduction = geo::Reduction::average;
  staged.contents = {options.grid, byte ? GDT_Byte : GDT_Float32, static_cast<int>(options.classes.size()),
                     byte ? 255.0 : std::numeric_limits<double>::quiet_NaN(), options.metadata};
  staged.contents.metadata[geo::kClassesItem] = geo::classes_as_json(options.classes);
  const std::string side = std::to_string(geo::probability_block(options.classes.size(), sizeof(T)));
  staged.creation_options = geo::merge_creation_options({{"COMPRESS", "DEFLATE"},
                                                         {"PREDICTOR", "YES"},
                                                         {"BIGTIFF", "IF_SAFER"},
                                                         {"BLOCKSIZE", side},
                                                         {"NUM_THREADS", "ALL_CPUS"}},
                                                        options.creation_options, overviews);
  staged.peak_bytes = estimate_disk(options.path, options.grid, options.classes.size(), true,
                                    byte ? ProbabilityType::byte : ProbabilityType::float32)
                          .peak_bytes;
  staged.style = geo::probability_style(options.classes);
  return staged;
}

template <class T>
T stored(float probability, bool valid) {
  if constexpr (std::is_same_v<T, float>) {
    return valid ? probability : std::numeric_limits<float>::quiet_NaN();
  } else {
    if (!valid || std::isnan(probability)) return 255;
    return static_cast<T>(std::lround(std::clamp(probability, 0.0f, 1.0f) * kByteSteps));
  }
}

template <class T>
class CogProbabilityWriter final : public ProbabilityWriter {
 public:
  explicit CogProbabilityWriter(const MaskOptions& options)
      : bands_(options.classes.size()), file_(staged_options<T>(options)) {
    for (std::size_t i = 0; i < bands_; ++i) {
      GDALRasterBand* band = file_.working().GetRasterBand(static_cast<int>(i) + 1);
      band->SetDescription(options.classes[i].name.c_str());
      if constexpr (std::is_same_v<T, std::uint8_t>) {
        band->SetScale(1 / static_cast<double>(kByteSteps));
        band->SetOffset(0);
      }
    }
  }

  void write(const Window& window, std::span<const float> values,
             std::span<const std::uint8_t> valid) override {
    const auto pixels = static_cast<std::size_t>(std::max<std::int64_t>(0, window.width)) *
                        static_cast<std::size_t>(std::max<std::int64_t>(0, window.height));
    if (valid.size() != pixels || values.size() != pixels * bands_)
      throw Error(ErrorCode::internal, "ProbabilityWriter: the block does not fit its window");
    block_.resize(pixels);
    for (std::size_t band = 0; band < bands_; ++band) {
      const std::span plane = values.subspan(band * pixels, pixels);
      for (std::size_t i = 0; i < pixels; ++i) block_[i] = stored<T>(plane[i], valid[i] != 0);
      file_.write(window, static_cast<int>(band), block_);
    }
  }

  void complete(const ProgressSink& progress, const StopFlag* stop) override {
    file_.complete([](GDALDataset&) {}, progress, stop);
  }

  void put_in_place() override { file_.put_in_place(); }

 private:
  std::size_t bands_;
  geo::StagedCog<T> file_;
  std::vector<T> block_;
};

}  // namespace

void ProbabilityWriter::finish(const ProgressSink& progress, const StopFlag* stop) {
  complete(progress, stop);
  put_in_place();
}

std::unique_ptr<ProbabilityWriter> ProbabilityWriter::create(const MaskOptions& options,
                                                             ProbabilityType type) {
  if (type == ProbabilityType::byte) return std::make_unique<CogProbabilityWriter<std::uint8_t>>(options);
  return std::make_unique<CogProbabilityWriter<float>>(options);
}

}  // namespace terramask
