// Small model files, sound and broken, in a folder that goes when the test does.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "errors.hpp"
#include "temporary_folder.hpp"
#include "terramask/model.hpp"

namespace terramask::tests {

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string read_file(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

/// A safetensors file of this header and data.
inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string prefix(8, '\0');
  std::memcpy(prefix.data(), &length, prefix.size());
  return prefix + header + data;
}

/// The description of a U-Net of the smallest kind.
inline ModelInfo tiny_info() {
  ModelInfo info;
  info.network = {.architecture = "unet", .bands = 1, .classes = 2, .keys = {{"width", 1}, {"depth", 1}}};
  info.bands = {{.name = "grey", .type = "Byte", .mean = 83.25, .std = 50.1}};
  info.pixel_size_m = 0.5;
  info.classes = {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
  info.provenance = R"({"trainer":"none","a":[1,2.5,null]})";
  return info;
}

/// A network of an architecture with as few channels as it can have, else its defaults.
inline NetworkSpec smallest(const std::string& architecture) {
  NetworkSpec spec{.architecture = architecture};
  for (const NetworkKey& key : network_keys(architecture))
    if (key.channels) spec.keys[std::string(key.name)] = std::int64_t{2};
  return spec;
}

inline Graph tiny_graph() {
  return build_network(tiny_info().network, 1, 2, 2);
}

inline Parameters tiny_parameters() {
  return random_parameters(tiny_graph(), 1);
}

}  // namespace terramask::tests
