#include "segment/golden.hpp"

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "models/safetensors.hpp"
#include "segment/patch_reader.hpp"

namespace terramask::tests {

GoldenImage read_whole(const std::filesystem::path& path, const Model& model) {
  RasterOptions options;
  options.paths = {path.string()};
  for (const ModelBand& band : model.info.bands) options.bands.push_back({band.name, band.type});
  options.src_nodata = "none";
  const auto reader = RasterReader::open(options);
  const Grid& grid = reader->working_grid();
  const segment::Extent whole = segment::padded({grid.width, grid.height}, model.info.pad_multiple);
  GoldenImage image;
  image.width = grid.width;
  image.height = grid.height;
  image.shape = Shape{1, static_cast<std::int64_t>(model.info.bands.size()), whole.height, whole.width};
  image.values.resize(static_cast<std::size_t>(image.shape.elements()));
  std::vector<std::uint8_t> valid;
  segment::PatchReader patches(*reader, model.info.bands);
  patches.read({0, 0, whole.width, whole.height}, image.values, valid);
  return image;
}

Tensor read_logits(const std::filesystem::path& path) {
  safetensors::Reader reader(path.string());
  return *reader.read([](const safetensors::Entry& entry) { return entry.name == "logits"; }).at("logits");
}

std::vector<std::uint8_t> read_mask(const std::filesystem::path& path) {
  const geo::DatasetPtr dataset = geo::open_raster(path.string());
  const int width = dataset->GetRasterXSize(), height = dataset->GetRasterYSize();
  std::vector<std::uint8_t> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  if (dataset->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height,
                                          GDT_Byte, 0, 0, nullptr) != CE_None)
    throw Error(ErrorCode::io, path.string() + ": cannot be read");
  return values;
}

}  // namespace terramask::tests
