#include "models/foreign_model.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <utility>

namespace terramask {
namespace {

using Kind = std::pair<std::string_view, std::string_view>;

constexpr std::array<Kind, 13> kEndings{{{".pt", "a PyTorch checkpoint"},
                                         {".pth", "a PyTorch checkpoint"},
                                         {".ckpt", "a PyTorch checkpoint"},
                                         {".onnx", "an ONNX model"},
                                         {".h5", "a Keras model"},
                                         {".hdf5", "a Keras model"},
                                         {".keras", "a Keras model"},
                                         {".pb", "a TensorFlow model"},
                                         {".tflite", "a TensorFlow model"},
                                         {".tif", "a raster"},
                                         {".tiff", "a raster"},
                                         {".vrt", "a raster"},
                                         {".json", "a JSON file"}}};

constexpr std::array<Kind, 10> kHeads{{{"PK\x03\x04", "a ZIP archive"},
                                       {"\x80\x02", "a PyTorch checkpoint"},  // pickled
                                       {"\x80\x04", "a PyTorch checkpoint"},
                                       {"\x89HDF", "an HDF5 file"},
                                       {"II*", "a raster"},
                                       {{"MM\0*", 4}, "a raster"},
                                       {"II+", "a raster"},
                                       {"\x89PNG", "a raster"},
                                       {"\xff\xd8\xff", "a raster"},
                                       {"{", "a JSON file"}}};

}  // namespace

std::string foreign_kind(const std::string& path, std::string_view head) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [known, kind] : kEndings)
    if (ending == known) return std::string(kind);
  for (const auto& [known, kind] : kHeads)
    if (head.starts_with(known)) return std::string(kind);
  return {};
}

std::string foreign_remedy(std::string_view kind) {
  if (kind == "a raster") return "the model is a .safetensors file, as `terramask train` writes it";
  if (kind == "an ONNX model") return "make a model file of it with `terramask import`";
  if (kind == "a JSON file") return "name the .safetensors model that `terramask train` makes of a project";
  return "Terramask reads its own .safetensors models (`terramask train` makes them)";
}

}  // namespace terramask
