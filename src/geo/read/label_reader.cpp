#include "geo/read/label_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/stack.hpp"
#include "geo/vector/vector_labels.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kReduced = 1.01;  // label pixels per pixel above which labels are chosen by mode
constexpr double kThin = 1e-9;     // smaller overlaps are rounding
constexpr std::int64_t kMostPixels = 4'000'000;
constexpr std::int64_t kLabelPartSide = 512;

std::string describe_place(const Grid& grid) {
  if (!grid.has_geotransform) return fmt::format("{} x {} pixels without a place", grid.width, grid.height);
  const auto& g = grid.geotransform;
  return fmt::format("{} x {} pixels of {:g} x {:g} from {:.10g}, {:.10g}, {}", grid.width, grid.height,
                     std::hypot(g[1], g[4]), std::hypot(g[2], g[5]), g[0], g[3], crs_label(grid.crs));
}

/// The grid of the labels; throws mismatch.
Grid grid_of_labels(const FileFacts& labels, const Grid& image, const std::string& image_name,
                    std::string& warning) {
  const Grid& own = labels.grid;
  const bool placed = own.has_geotransform && image.has_geotransform;
  if (placed && !own.crs.empty() && !image.crs.empty()) {
    warning = local_crs_note(labels.path, own, image_name, image);
    return warning.empty() ? own : image;
  }
  if (same_grid(image, own)) return image;
  if (!placed && own.width == image.width && own.height == image.height) {
    warning = fmt::format("{}: taken pixel for pixel as {} is: nothing else says where {} lies", labels.path,
                          image_name, own.has_geotransform ? "the image" : "it");
    return image;
  }
  throw Error(
      ErrorCode::mismatch,
      fmt::format("{}: cannot be laid over {} (labels: {}; image: {})", labels.path, image_name,
                  describe_place(own), describe_place(image)),
      "give both a CRS and a place (`gdal_edit.py -a_srs EPSG:... -a_ullr ulx uly lrx lry`), or labels "
      "of the image's size");
}

std::vector<BandSlot> slots_of(const LabelPlace& place) {
  if (!place.colored()) return {{static_cast<int>(place.band), 0}};
  std::vector<BandSlot> slots;
  for (const int band : place.color_bands) slots.push_back({band, slots.size()});
  return slots;
}

/// The bands of a raster of three bytes per pixel, without alpha; else empty.
std::vector<int> color_bands(const FileFacts& facts) {
  std::vector<int> bands, named(3);
  for (std::size_t i = 0; i < facts.bands.size(); ++i) {
    const BandFacts& band = facts.bands[i];
    if (band.alpha()) continue;
    if (band.type_name != "Byte") return {};
    bands.push_back(static_cast<int>(i + 1));
    for (std::size_t color = 0; color < 3; ++color)
      if (band.interpretation == std::array{"red", "green", "blue"}[color]) named[color] = bands.back();
  }
  if (bands.size() != 3) return {};
  return std::find(named.begin(), named.end(), 0) == named.end() ? named : bands;
}

}  // namespace

LabelPlace place_labels(const std::string& path, const Grid& image, const std::string& image_name) {
  DatasetPtr dataset;
  try {
    dataset = open_raster(path);
  } catch (const Error&) {
    refuse_vectors(path, image_name);
    throw;
  }
  LabelPlace place;
  place.facts = describe(*dataset, path);
  place.color_bands = color_bands(place.facts);
  if (place.facts.data_bands() != 1 && !place.colored())
    throw Error(
        ErrorCode::unsupported,
        fmt::format(
            "{}: has {} bands; a label raster has one, of class values, or red, green and blue as bytes",
            path, place.facts.data_bands()),
        "choose it with `gdal_translate -b N`, or turn colours into values with `rgb2pct.py`");
  if (place.colored())
    place.band = static_cast<std::size_t>(place.color_bands.front());
  else
    place.band = static_cast<std::size_t>(class_band(place.facts));
  place.grid = place_over(place.facts, image, image_name, place.warning);
  return place;
}

Grid place_over(const FileFacts& laid, const Grid& image, const std::string& image_name,
                std::string& warning) {
  Grid grid = grid_of_labels(laid, image, image_name, warning);
  const auto box = GridMapping(image, grid).bounds();
  const bool meets = box[0] < static_cast<double>(grid.width) && box[2] > 0 &&
                     box[1] < static_cast<double>(grid.height) && box[3] > 0;
  if (!meets)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: does not overlap {} (labels: {}; image: {})", laid.path, image_name,
                            describe_place(grid), describe_place(image)),
                "name the labels of this image, or correct the CRS of one of the two");
  return grid;
}

Window touched_window(const GridMapping& from_target, const Window& laid) {
  const auto box = from_target.bounds();
  const auto low = [](double v) { return static_cast<std::int64_t>(std::floor(v)) - 1; };
  const auto high = [](double v) { return static_cast<std::int64_t>(std::ceil(v)) + 1; };
  return intersect({low(box[0]), low(box[1]), high(box[2]) - low(box[0]), high(box[3]) - low(box[1])}, laid);
}

LabelReader::LabelReader(const LabelPlace& place, const Grid& target)
    : extent_(place.grid.extent()),
      bands_(place.colored() ? 3 : 1),
      colors_(place.colors),
      file_(place.facts, slots_of(place), NodataOption{.ignore = true, .value = {}}),
      mapping_(target, place.grid),
      direct_(same_grid(target, place.grid)),
      reduced_(std::max(mapping_.span()[0], mapping_.span()[1]) > kReduced) {
  const auto [across, down] = mapping_.span();
  if (!direct_) {
    const auto reach = [&](double span) { return ((reduced_ ? std::max(span, 1.0) / 2 : 0) + 1) / span; };
    reach_ = std::max(reach(across), reach(down));
  }
  if (direct_) {
    touched_ = extent_;
    return;
  }
  touched_ = touched_window(mapping_, extent_);
}

std::map<double, std::uint64_t> LabelReader::count_values() {
  std::map<double, std::uint64_t> counts;
  std::vector<std::uint64_t> small(65536);
  const std::int64_t rows =
      std::max<std::int64_t>(1, kMostPixels / std::max<std::int64_t>(1, touched_.width));
  for (std::int64_t y = 0; y < touched_.height; y += rows) {
    const Window part{touched_.x, touched_.y + y, touched_.width, std::min(rows, touched_.height - y)};
    read_values(part);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (valid_[i] == 0) continue;
      const float value = values_[i];
      if (value >= 0 && value <= 65535 && value == std::floor(value))
        ++small[static_cast<std::size_t>(value)];
      else
        ++counts[value];
    }
  }
  for (std::size_t value = 0; value < small.size(); ++value)
    if (small[value] > 0) counts[static_cast<double>(value)] = small[value];
  return counts;
}

void LabelReader::read_values(const Window& window) {
  const std::size_t count = pixels(window);
  values_.resize(count);
  valid_.assign(count, 1);
  if (bands_ == 1) {
    file_.read(window, {values_.data(), count}, valid_);
    return;
  }
  planes_.resize(3 * count);
  file_.read(window, {planes_.data(), count}, valid_);
  for (std::size_t i = 0; i < count; ++i)
    values_[i] = planes_[i] * 65536 + planes_[count + i] * 256 + planes_[2 * count + i];
}

void LabelReader::read_codes(const Window& window, const LabelCodes& codes) {
  const std::size_t count = pixels(window);
  read_values(window);
  held_.resize(count);
  if (bands_ == 3) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto color = static_cast<std::uint32_t>(values_[i]);
      const auto at = std::lower_bound(colors_.begin(), colors_.end(), color);
      held_[i] = valid_[i] != 0 && at != colors_.end() && *at == color
                     ? codes[static_cast<std::size_t>(at - colors_.begin())]
                     : kIgnoredLabel;
    }
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const float value = values_[i];
    const bool coded = valid_[i] != 0 && value >= 0 && value < static_cast<float>(codes.size()) &&
                       value == std::floor(value);
    held_[i] = coded ? codes[static_cast<std::size_t>(value)] : kIgnoredLabel;
  }
}

void LabelReader::read(const Window& window, const LabelCodes& codes, std::span<std::uint16_t> classes) {
  if (direct_) {
    read_codes(window, codes);
    std::copy(held_.begin(), held_.end(), classes.begin());
    return;
  }
  for (std::int64_t y = 0; y < window.height; y += kLabelPartSide)
    for (std::int64_t x = 0; x < window.width; x += kLabelPartSide)
      read_part({window.x + x, window.y + y, std::min(kLabelPartSide, window.width - x),
                 std::min(kLabelPartSide, window.height - y)},
                window, codes, classes);
}

void LabelReader::read_part(const Window& part, const Window& window, const LabelCodes& codes,
                            std::span<std::uint16_t> classes) {
  columns_.resize(pixels(part));
  rows_.resize(pixels(part));
  mapping_.positions(part, columns_, rows_);
  const double margin = reduced_ ? std::max(mapping_.span()[0], mapping_.span()[1]) / 2 + 1 : 1;
  std::array<double, 4> box{INFINITY, INFINITY, -INFINITY, -INFINITY};
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!std::isfinite(columns_[i]) || !std::isfinite(rows_[i])) continue;
    box = {std::min(box[0], columns_[i]), std::min(box[1], rows_[i]), std::max(box[2], columns_[i]),
           std::max(box[3], rows_[i])};
  }
  const auto clip = [](double v, std::int64_t most) {
    return static_cast<std::int64_t>(std::clamp(v, 0.0, static_cast<double>(most)));
  };
  Window held;
  if (box[0] <= box[2]) {
    held.x = clip(std::floor(box[0] - margin), extent_.width);
    held.y = clip(std::floor(box[1] - margin), extent_.height);
    held.width = clip(std::ceil(box[2] + margin), extent_.width) - held.x;
    held.height = clip(std::ceil(box[3] + margin), extent_.height) - held.y;
  }
  if (held.width * held.height > kMostPixels && part.width * part.height > 1) {
    for (const Window& half : halves(part)) read_part(half, window, codes, classes);
    return;
  }
  if (!held.empty()) read_codes(held, codes);
  std::size_t i = 0;
  for (std::int64_t row = part.y; row < part.y + part.height; ++row)
    for (std::int64_t column = part.x; column < part.x + part.width; ++column, ++i) {
      const auto at = static_cast<std::size_t>((row - window.y) * window.width + column - window.x);
      const bool inside = columns_[i] >= 0 && columns_[i] < static_cast<double>(extent_.width) &&
                          rows_[i] >= 0 && rows_[i] < static_cast<double>(extent_.height);
      if (!inside || held.empty())
        classes[at] = kIgnoredLabel;
      else
        classes[at] = reduced_ ? mode(columns_[i], rows_[i], held) : nearest(columns_[i], rows_[i], held);
    }
}

std::array<double, 2> LabelReader::displacement(const Window& window) const {
  if (direct_ || reduced_ || window.width < 2 || window.height < 2) return {0, 0};
  std::array<double, 1> column{}, row{};
  const auto place = [&](std::int64_t x, std::int64_t y) {
    mapping_.positions({x, y, 1, 1}, column, row);
    return std::array{column[0], row[0]};
  };
  // Mean steps in the labels for one pixel to the right and one down.
  const auto first = place(window.x, window.y), right = place(window.x + window.width - 1, window.y),
             down = place(window.x, window.y + window.height - 1);
  const auto across = static_cast<double>(window.width - 1), along = static_cast<double>(window.height - 1);
  const double xx = (right[0] - first[0]) / across, yx = (right[1] - first[1]) / across;
  const double xy = (down[0] - first[0]) / along, yy = (down[1] - first[1]) / along;
  const double determinant = xx * yy - xy * yx;
  // About 32 x 32 sample points suffice for the mean.
  const std::int64_t every = std::max<std::int64_t>(1, std::max(window.width, window.height) / 32);
  double u = 0, v = 0, count = 0;
  for (std::int64_t y = window.y; y < window.y + window.height; y += every)
    for (std::int64_t x = window.x; x < window.x + window.width; x += every) {
      const auto at = place(x, y);
      u += at[0] - std::floor(at[0]) - 0.5;
      v += at[1] - std::floor(at[1]) - 0.5;
      ++count;
    }
  const std::array moved{(yy * u - xy * v) / determinant / count, (xx * v - yx * u) / determinant / count};
  if (!std::isfinite(moved[0]) || !std::isfinite(moved[1])) return {0, 0};
  return moved;
}

std::uint16_t LabelReader::nearest(double column, double row, const Window& held) const {
  const auto x = static_cast<std::int64_t>(column) - held.x;
  const auto y = static_cast<std::int64_t>(row) - held.y;
  return held_[static_cast<std::size_t>(y * held.width + x)];
}

std::uint16_t LabelReader::mode(double column, double row, const Window& held) {
  const double half_width = std::max(mapping_.span()[0], 1.0) / 2;
  const double half_height = std::max(mapping_.span()[1], 1.0) / 2;
  const double left = std::max(column - half_width, 0.0);
  const double right = std::min(column + half_width, static_cast<double>(extent_.width));
  const double top = std::max(row - half_height, 0.0);
  const double bottom = std::min(row + half_height, static_cast<double>(extent_.height));
  tally_.clear();
  // Pixels outside the raster have no class.
  tally_.emplace_back(kIgnoredLabel, 4 * half_width * half_height - (right - left) * (bottom - top));
  for (auto y = static_cast<std::int64_t>(top); static_cast<double>(y) < bottom; ++y) {
    const double wy = std::min(static_cast<double>(y + 1), bottom) - std::max(static_cast<double>(y), top);
    for (auto x = static_cast<std::int64_t>(left); static_cast<double>(x) < right; ++x) {
      const double wx = std::min(static_cast<double>(x + 1), right) - std::max(static_cast<double>(x), left);
      if (wx * wy <= kThin) continue;
      const std::uint16_t code = held_[static_cast<std::size_t>((y - held.y) * held.width + x - held.x)];
      const auto known =
          std::find_if(tally_.begin(), tally_.end(), [code](const auto& one) { return one.first == code; });
      if (known == tally_.end())
        tally_.emplace_back(code, wx * wy);
      else
        known->second += wx * wy;
    }
  }
  auto best = tally_.front();
  for (const auto& one : tally_) {
    const double more = one.second - best.second;
    if (more > kThin || (more > -kThin && one.first < best.first)) best = one;
  }
  return best.first;
}

}  // namespace terramask::geo
