#include "segment/mask_maker.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::segment {
namespace {

// The part `window` of an array of planes over `whole`; both in the same coordinates.
template <class T>
std::vector<T> crop(std::span<const T> values, const Window& whole, const Window& window,
                    std::size_t planes) {
  std::vector<T> part;
  part.reserve(planes * static_cast<std::size_t>(window.width * window.height));
  for (std::size_t plane = 0; plane < planes; ++plane)
    for (std::int64_t y = 0; y < window.height; ++y) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(plane) * whole.width * whole.height +
                        (window.y - whole.y + y) * whole.width + window.x - whole.x;
      part.insert(part.end(), from, from + window.width);
    }
  return part;
}

constexpr std::int32_t no_class = -1;  // as Argmax has it: of values that are not finite

// The first of the largest, by pixel; any value that is no number makes it no class.
std::vector<std::int32_t> argmax(std::span<const float> values, std::size_t classes, std::size_t pixels) {
  std::vector<std::int32_t> best(pixels);
  for (std::size_t p = 0; p < pixels; ++p)
    for (std::size_t c = 1; c < classes; ++c)
      if (values[c * pixels + p] > values[static_cast<std::size_t>(best[p]) * pixels + p])
        best[p] = static_cast<std::int32_t>(c);
  for (std::size_t c = 0; c < classes; ++c)
    for (std::size_t p = 0; p < pixels; ++p)
      if (best[p] != no_class && std::isnan(values[c * pixels + p])) best[p] = no_class;
  for (std::size_t p = 0; p < pixels; ++p)
    if (best[p] != no_class && std::isinf(values[static_cast<std::size_t>(best[p]) * pixels + p]))
      best[p] = no_class;
  return best;
}

// The second class above the threshold, else the first.
std::vector<std::int32_t> above(std::span<const float> probabilities, std::size_t pixels, double threshold) {
  std::vector<std::int32_t> classes(pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    const float value = probabilities[pixels + p];
    classes[p] = std::isnan(value) ? no_class : static_cast<double>(value) > threshold ? 1 : 0;
  }
  return classes;
}

void softmax(std::vector<float>& values, std::size_t classes, std::size_t pixels) {
  for (std::size_t p = 0; p < pixels; ++p) {
    float top = values[p], sum = 0;
    for (std::size_t c = 1; c < classes; ++c) top = std::max(top, values[c * pixels + p]);
    for (std::size_t c = 0; c < classes; ++c)
      sum += values[c * pixels + p] = std::exp(values[c * pixels + p] - top);
    for (std::size_t c = 0; c < classes; ++c) values[c * pixels + p] /= sum;
  }
}

}  // namespace

MaskMaker::MaskMaker(const SegmentTask& task, const Model& model, MaskWriter& mask,
                     ProbabilityWriter* probabilities)
    : task_(task),
      model_(model),
      mask_(mask),
      probabilities_(probabilities),
      counts_(model.info.classes.size()) {
  if (task.blending())
    blend_.emplace(task.tiles().back().output.x + task.tiles().back().output.width, task.overlap(),
                   model.info.classes.size());
}

void MaskMaker::add(TileResult& result) {
  if (blend_)
    blended(result);
  else if (task_.resample_back())
    back(result);
  else
    exact(result);
}

void MaskMaker::exact(TileResult& result) {
  const Window& window = result.tile.output;
  const Window& patch = result.tile.patch;
  const auto valid = crop<std::uint8_t>(result.valid, patch, window, 1);
  std::vector<float> probabilities;
  if (task_.outputs().probabilities)
    probabilities = crop<float>(result.probabilities, patch, window, model_.info.classes.size());
  const auto classes = task_.threshold() ? above(probabilities, valid.size(), *task_.threshold())
                                         : crop<std::int32_t>(result.mask, patch, window, 1);
  write(window, classes, valid, probabilities);
}

void MaskMaker::back(TileResult& result) {
  const Window window = task_.output_window(result.tile);
  if (window.empty()) return;
  std::vector<float> probabilities;
  const std::size_t count = model_.info.classes.size();
  task_.resample_back()->run(result.tile.patch, result.probabilities, result.valid, window, count,
                             probabilities);
  const auto pixels = static_cast<std::size_t>(window.width * window.height);
  const auto classes = task_.threshold() ? above(probabilities, pixels, *task_.threshold())
                                         : argmax(probabilities, count, pixels);
  write(window, classes, result.source_valid, probabilities);
}

void MaskMaker::blended(TileResult& result) {
  const std::size_t count = model_.info.classes.size();
  const Window& last = task_.tiles().back().output;
  const Window& output = result.tile.output;
  const bool last_column = output.x + output.width == last.x + last.width;
  const bool last_row = output.y + output.height == last.y + last.height;
  Blend::Finished finished = blend_->add(result.tile, result.logits, last_column, last_row);
  const auto valid = crop<std::uint8_t>(result.valid, result.tile.patch, finished.window, 1);
  const auto pixels = static_cast<std::size_t>(finished.window.width * finished.window.height);
  std::vector<std::int32_t> classes;
  if (!task_.threshold()) classes = argmax(finished.logits, count, pixels);
  if (probabilities_ != nullptr || task_.threshold() || task_.options().confidence)
    softmax(finished.logits, count, pixels);
  if (task_.threshold()) classes = above(finished.logits, pixels, *task_.threshold());
  write(finished.window, classes, valid, finished.logits);
}

void MaskMaker::write(const Window& window, std::span<const std::int32_t> classes,
                      std::span<const std::uint8_t> valid, std::span<const float> probabilities) {
  const Window part = intersect(window, task_.region().window());
  if (part.empty()) return;
  const auto kept = crop<std::int32_t>(classes, window, part, 1);
  auto inside = crop<std::uint8_t>(valid, window, part, 1);
  task_.region().mask(part, inside);

  std::vector<std::uint16_t> values(kept.size(), static_cast<std::uint16_t>(mask_.nodata()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside[i] == 0) continue;
    if (kept[i] == no_class) {
      inside[i] = 0;
      ++without_result_;
      continue;
    }
    const auto index = static_cast<std::size_t>(kept[i]);
    values[i] = static_cast<std::uint16_t>(model_.info.classes[index].value);
    ++counts_[index];
    ++valid_pixels_;
  }
  pixels_ += values.size();
  const Window& region = task_.region().window();
  const Window at{part.x - region.x, part.y - region.y, part.width, part.height};
  mask_.write(at, values);
  if (task_.options().confidence) add_confidence(window, part, inside, probabilities);
  if (probabilities_ != nullptr)
    probabilities_->write(at, crop<float>(probabilities, window, part, model_.info.classes.size()), inside);
}

void MaskMaker::add_confidence(const Window& window, const Window& part, std::span<const std::uint8_t> inside,
                               std::span<const float> probabilities) {
  const auto area = static_cast<std::size_t>(window.width * window.height);
  const auto width = static_cast<std::size_t>(part.width);
  std::vector<float> most(width);
  for (std::int64_t row = 0; row < part.height; ++row) {
    const float* from = probabilities.data() + (part.y - window.y + row) * window.width + part.x - window.x;
    std::copy_n(from, width, most.begin());
    for (std::size_t c = 1; c < counts_.size(); ++c)
      for (std::size_t i = 0; i < width; ++i) most[i] = std::max(most[i], from[c * area + i]);
    const std::uint8_t* in = inside.data() + static_cast<std::size_t>(row) * width;
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += in[i] != 0 ? static_cast<double>(most[i]) : 0.0;
    confidence_ += sum;
  }
}

}  // namespace terramask::segment
