#include "dataset/image_store.hpp"

#include <algorithm>

#include "geo/read/grid_reader.hpp"

namespace terramask::dataset {
namespace {

/// The index of a pixel in the planes of a larger window.
std::size_t index_in(const Window& window, std::int64_t x, std::int64_t y) {
  return static_cast<std::size_t>((y - window.y) * window.width + (x - window.x));
}

/// Copies a row of `inside` from planes that cover `held` to `pixels` of `window`.
template <class T>
void copy_rows(const T* values, const std::vector<std::uint8_t>& parts,
               const std::vector<std::uint16_t>& labels, const Window& held, const Window& inside,
               const Window& window, Part part, std::size_t bands, PartPixels& pixels) {
  const auto wanted = static_cast<std::uint8_t>(1 + static_cast<int>(part));
  const auto width = static_cast<std::size_t>(inside.width);
  const std::size_t from_plane = geo::pixels(held), to_plane = geo::pixels(window);
  for (std::int64_t y = inside.y; y < inside.y + inside.height; ++y) {
    const std::size_t from = index_in(held, inside.x, y);
    const std::size_t to = index_in(window, inside.x, y);
    for (std::size_t i = 0; i < width; ++i) {
      const bool seen = parts[from + i] == wanted;
      pixels.visible[to + i] = seen ? 1 : 0;
      pixels.labels[to + i] = seen ? labels[from + i] : geo::kIgnoredLabel;
    }
    for (std::size_t b = 0; b < bands; ++b) {
      const T* line = values + b * from_plane + from;
      float* out = pixels.values.data() + b * to_plane + to;
      const std::uint8_t* seen = pixels.visible.data() + to;
      for (std::size_t i = 0; i < width; ++i) out[i] = seen[i] != 0 ? static_cast<float>(line[i]) : 0.0F;
    }
  }
}

}  // namespace

FileWindows::FileWindows(const ImageSource& source, const Split& split, std::size_t image)
    : codes_(source.codes),
      raster_(RasterReader::open(source.options)),
      labels_(source.labels, raster_->working_grid()),
      parts_(split, image) {}

void FileWindows::read(const Window& window, RawPixels& pixels) {
  const std::size_t count = geo::pixels(window);
  pixels.values.resize(count * raster_->bands());
  valid_.resize(count);
  pixels.parts.resize(count);
  pixels.labels.resize(count);
  raster_->read(window, pixels.values, valid_);
  parts_.read(window, pixels.parts);
  labels_.read(window, codes_, pixels.labels);
  for (std::size_t i = 0; i < count; ++i)
    if (valid_[i] == 0) pixels.parts[i] = 0;
}

void FileWindows::read_labels(const Window& window, RawPixels& pixels) {
  if (raster_->resampled()) {
    read(window, pixels);
    return;
  }
  const std::size_t count = geo::pixels(window);
  valid_.resize(count);
  pixels.parts.resize(count);
  pixels.labels.resize(count);
  raster_->read_source_validity(window, valid_);
  parts_.read(window, pixels.parts);
  labels_.read(window, codes_, pixels.labels);
  for (std::size_t i = 0; i < count; ++i)
    if (valid_[i] == 0) pixels.parts[i] = 0;
}

std::uint64_t CachedImage::bytes_of(const ImageSource& source) {
  const std::uint64_t value = source.bytes ? 1 : sizeof(float);
  return geo::pixels(source.grid.extent()) *
         (source.bands * value + sizeof(std::uint8_t) + sizeof(std::uint16_t));
}

CachedImage::CachedImage(const ImageSource& source) : extent_(source.grid.extent()), bands_(source.bands) {
  const std::size_t count = geo::pixels(extent_);
  if (source.bytes)
    bytes_.resize(count * bands_);
  else
    floats_.resize(count * bands_);
  parts_.resize(count);
  labels_.resize(count);
}

void CachedImage::store(const Window& window, const RawPixels& pixels) {
  const std::size_t plane = geo::pixels(extent_), held = geo::pixels(window);
  const auto width = static_cast<std::size_t>(window.width);
  for (std::int64_t y = window.y; y < window.y + window.height; ++y) {
    const std::size_t from = index_in(window, window.x, y);
    const std::size_t to = index_in(extent_, window.x, y);
    std::copy_n(pixels.parts.begin() + static_cast<std::ptrdiff_t>(from), width,
                parts_.begin() + static_cast<std::ptrdiff_t>(to));
    std::copy_n(pixels.labels.begin() + static_cast<std::ptrdiff_t>(from), width,
                labels_.begin() + static_cast<std::ptrdiff_t>(to));
    for (std::size_t b = 0; b < bands_; ++b) {
      const float* line = pixels.values.data() + b * held + from;
      if (!floats_.empty()) {
        std::copy_n(line, width, floats_.begin() + static_cast<std::ptrdiff_t>(b * plane + to));
        continue;
      }
      // Invalid pixels may contain any values.
      for (std::size_t i = 0; i < width; ++i)
        bytes_[b * plane + to + i] =
            pixels.parts[from + i] != 0 ? static_cast<std::uint8_t>(line[i]) : std::uint8_t{0};
    }
  }
}

void CachedImage::copy(const Window& window, Part part, PartPixels& pixels) const {
  const Window inside = intersect(window, extent_);
  if (inside.empty()) return;
  if (floats_.empty())
    copy_rows(bytes_.data(), parts_, labels_, extent_, inside, window, part, bands_, pixels);
  else
    copy_rows(floats_.data(), parts_, labels_, extent_, inside, window, part, bands_, pixels);
}

void copy_visible(const RawPixels& raw, const Window& inside, const Window& window, Part part,
                  PartPixels& pixels) {
  const std::size_t bands = raw.values.size() / std::max<std::size_t>(1, geo::pixels(inside));
  copy_rows(raw.values.data(), raw.parts, raw.labels, inside, inside, window, part, bands, pixels);
}

}  // namespace terramask::dataset
