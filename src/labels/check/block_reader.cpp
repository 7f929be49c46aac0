#include "labels/check/block_reader.hpp"

#include <algorithm>

#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

std::unique_ptr<RasterReader> open(const CheckOptions& options) {
  RasterOptions image = options.image;
  image.pixel_size_m.reset();
  return RasterReader::open(image);
}

geo::LabelPlace place(const LabelRaster& raster, const RasterReader& image,
                      std::vector<std::string>& warnings) {
  geo::LabelPlace placed = geo::place_labels(raster.path, image.working_grid(), image.name());
  placed.colors = raster.colors;
  if (!placed.warning.empty()) warnings.push_back(placed.warning);
  return placed;
}

}  // namespace

std::vector<std::size_t> color_bands(const std::vector<BandRequest>& found) {
  std::vector<std::size_t> bands;
  for (const char* name : {"red", "green", "blue"})
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i].name == name) {
        bands.push_back(i);
        break;
      }
  if (bands.size() == 3) return bands;
  bands.clear();
  for (std::size_t i = 0; i < std::min<std::size_t>(3, found.size()); ++i) bands.push_back(i);
  return bands;
}

BlockReader::BlockReader(const CheckOptions& options)
    : options_(options),
      side_(options.block),
      reader_(open(options)),
      grid_(reader_->working_grid()),
      bands_(color_bands(reader_->found_bands())),
      warnings_(reader_->warnings()),
      labels_(place(options.labels, *reader_, warnings_), grid_) {
  if (options.prediction) model_.emplace(place(*options.prediction, *reader_, warnings_), grid_);
}

Window BlockReader::window(std::int64_t index) const {
  return intersect({index % columns() * side_, index / columns() * side_, side_, side_}, grid_.extent());
}

void BlockReader::read_colors(const Window& window, std::vector<float>& planes,
                              std::vector<std::uint8_t>& valid) {
  const std::size_t count = geo::pixels(window);
  values_.resize(reader_->bands() * count);
  valid.resize(count);
  planes.resize(bands_.size() * count);
  reader_->read(window, values_, valid);
  for (std::size_t i = 0; i < bands_.size(); ++i)
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(bands_[i] * count), count,
                planes.begin() + static_cast<std::ptrdiff_t>(i * count));
}

BlockPixels BlockReader::read(std::int64_t index, int margin, const ColorBins& bins) {
  BlockPixels block{.side = static_cast<int>(side_), .margin = margin, .codes = {}, .colors = {}};
  const auto size = static_cast<std::size_t>(block.stride()) * static_cast<std::size_t>(block.stride());
  block.codes.assign(size, geo::kIgnoredLabel);
  block.colors.assign(size, kNoColor);
  const Window own = window(index);
  const Window around{own.x - margin, own.y - margin, block.stride(), block.stride()};
  const Window inside = intersect(around, grid_.extent());
  std::vector<float> planes;
  std::vector<std::uint8_t> valid;
  std::vector<std::uint16_t> labels, none;
  std::vector<ColorBin> colors(geo::pixels(inside));
  read_colors(inside, planes, valid);
  bins.apply(planes, valid, colors);
  labels.resize(geo::pixels(inside));
  labels_.read(inside, options_.labels.codes, labels);
  for (std::int64_t y = 0; y < inside.height; ++y) {
    const auto from = y * inside.width;
    const auto to = (inside.y - around.y + y) * block.stride() + inside.x - around.x;
    std::copy_n(labels.begin() + from, inside.width, block.codes.begin() + to);
    std::copy_n(colors.begin() + from, inside.width, block.colors.begin() + to);
  }
  return block;
}

evaluation::Picture BlockReader::picture(const Window& window) const {
  return evaluation::image_picture(options_.image.paths.front(), window, grid_, reader_->name());
}

void BlockReader::read_codes(const Window& window, std::vector<std::uint16_t>& labels,
                             std::vector<std::uint16_t>& model) {
  labels.resize(geo::pixels(window));
  labels_.read(window, options_.labels.codes, labels);
  model.clear();
  if (!model_) return;
  model.resize(geo::pixels(window));
  model_->read(window, options_.prediction->codes, model);
}

}  // namespace terramask::labels
