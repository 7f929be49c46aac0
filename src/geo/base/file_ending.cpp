#include "geo/base/file_ending.hpp"

#include <algorithm>
#include <cctype>

namespace terramask::geo {

std::string file_ending(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

}  // namespace terramask::geo
