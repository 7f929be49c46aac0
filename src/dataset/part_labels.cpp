#include "dataset/part_labels.hpp"

#include <algorithm>

#include "dataset/imagery.hpp"
#include "geo/read/bands.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask {

bool holds_part(const Dataset& dataset, std::size_t image, Part part) {
  const CellIndex& index = dataset.cells(image);
  for (std::size_t cell = 0; cell < index.cells(); ++cell)
    if (index.labelled(cell, part)) return true;
  return false;
}

void write_part_labels(const std::string& path, const Dataset& dataset, std::size_t image, Part part,
                       const StopFlag* stop) {
  MaskOptions options;
  options.path = path;
  options.grid = dataset.grid(image);
  options.classes = dataset.classes();
  const auto writer = MaskWriter::create(options);
  const auto nodata = static_cast<std::uint16_t>(writer->nodata());
  Dataset::Reader reader(dataset);
  PartPixels pixels;
  std::vector<std::uint16_t> values;
  constexpr std::int64_t side = 512;
  const Window extent = options.grid.extent();
  for (std::int64_t y = 0; y < extent.height; y += side)
    for (std::int64_t x = 0; x < extent.width; x += side) {
      if (stop != nullptr) stop->check();
      const Window window = intersect({x, y, side, side}, extent);
      reader.read(image, window, part, pixels);
      values.assign(pixels.labels.size(), nodata);
      for (std::size_t i = 0; i < values.size(); ++i)
        if (pixels.labels[i] != 0 && pixels.visible[i] != 0)
          values[i] = static_cast<std::uint16_t>(options.classes[pixels.labels[i] - std::size_t{1}].value);
      writer->write(window, values);
    }
  writer->finish({}, stop);
}

RasterOptions image_options(const Project& project, std::size_t image,
                            const std::vector<BandRequest>& bands) {
  const ProjectImage& one = project.images.at(image);
  const dataset::ImageBands all = dataset::find_bands(one);
  // A model may use fewer bands than the project has.
  dataset::ImageBands own;
  for (std::size_t i = 0; i < all.bands.size(); ++i)
    if (std::ranges::any_of(bands, [&](const BandRequest& band) {
          return geo::plain_name(band.name) == geo::plain_name(all.bands[i].name);
        })) {
      own.numbers.push_back(all.numbers[i]);
      own.bands.push_back(all.bands[i]);
    }
  ProjectImage model;
  model.id = "the model";
  dataset::ImageBands wanted;
  wanted.bands = bands;
  return dataset::raster_options(one, own, model, wanted, project.pixel_size_m, project.nodata_rule);
}

}  // namespace terramask
