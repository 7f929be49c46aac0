// The shaders compiled into the library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace terramask::vulkan {

struct Shader {
  std::string_view name;  ///< file name without .comp
  std::span<const std::uint32_t> spirv;
};

std::span<const Shader> shader_table();

}  // namespace terramask::vulkan
