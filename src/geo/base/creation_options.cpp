#include "geo/base/creation_options.hpp"

#include <cpl_minixml.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gdal_priv.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

struct Option {
  std::string type;
  std::vector<std::string> values;  ///< of a "string-select", including aliases
};

/// Options that move or resample the raster; its grid is determined elsewhere.
const std::set<std::string_view> kGridOptions{"TILING_SCHEME",  "ZOOM_LEVEL", "ZOOM_LEVEL_STRATEGY",
                                              "TARGET_SRS",     "RES",        "EXTENT",
                                              "ALIGNED_LEVELS", "ADD_ALPHA",  "WARP_RESAMPLING"};

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

std::map<std::string, Option> read_known_options() {
  std::map<std::string, Option> known;
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("COG");
  const char* list = driver == nullptr ? nullptr : driver->GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
  if (list == nullptr)
    throw Error(ErrorCode::unsupported, "this GDAL has no COG driver", "install GDAL 3.1 or later");
  const std::unique_ptr<CPLXMLNode, decltype(&CPLDestroyXMLNode)> root(CPLParseXMLString(list),
                                                                       &CPLDestroyXMLNode);
  const CPLXMLNode* options = CPLGetXMLNode(root.get(), "=CreationOptionList");
  for (const CPLXMLNode* node = options == nullptr ? nullptr : options->psChild; node; node = node->psNext) {
    if (node->eType != CXT_Element || std::string_view(node->pszValue) != "Option") continue;
    Option& option = known[upper(CPLGetXMLValue(node, "name", ""))];
    option.type = CPLGetXMLValue(node, "type", "string");
    for (const CPLXMLNode* value = node->psChild; value; value = value->psNext) {
      if (value->eType != CXT_Element || std::string_view(value->pszValue) != "Value") continue;
      option.values.push_back(upper(CPLGetXMLValue(value, nullptr, "")));
      if (const char* alias = CPLGetXMLValue(value, "alias", nullptr)) option.values.push_back(upper(alias));
    }
  }
  return known;
}

/// Read once: GDAL 3.6 builds the driver's list on first use, which is not thread-safe.
const std::map<std::string, Option>& known_options() {
  static const std::map<std::string, Option> known = read_known_options();
  return known;
}

bool is_number(const std::string& text, bool whole) {
  double real = 0;
  long integer = 0;
  const char* end = text.data() + text.size();
  const auto parsed =
      whole ? std::from_chars(text.data(), end, integer) : std::from_chars(text.data(), end, real);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

/// The values that the driver accepts; empty if it accepts `value`.
std::string expected(const Option& option, const std::string& value) {
  static const std::vector<std::string> yes_no{"YES", "NO", "TRUE", "FALSE", "ON", "OFF"};
  const auto one_of = [&](const std::vector<std::string>& values) {
    const bool found = std::find(values.begin(), values.end(), upper(value)) != values.end();
    return found ? std::string() : fmt::format("one of {}", fmt::join(values, ", "));
  };
  if (option.type == "string-select" && !option.values.empty()) return one_of(option.values);
  if (option.type == "boolean") return one_of(yes_no);
  if (option.type == "int") return is_number(value, true) ? "" : "a whole number";
  if (option.type == "float") return is_number(value, false) ? "" : "a number";
  return "";
}

}  // namespace

CreationOptions merge_creation_options(CreationOptions defaults, std::span<const std::string> options,
                                       std::span<const std::string_view> overview_resamplings) {
  const std::map<std::string, Option>& known = known_options();
  const auto refuse = [](const std::string& text, const std::string& why, const std::string& remedy) {
    throw Error(ErrorCode::usage, fmt::format("creation option {}: {}", text, why), remedy);
  };
  defaults.emplace("OVERVIEW_RESAMPLING", overview_resamplings.front());
  for (const std::string& text : options) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse(text, "not of the form NAME=VALUE", "write `creation_options=COMPRESS=LZW`");
    std::string name = upper(text.substr(0, equals));
    const std::string value = text.substr(equals + 1);
    const auto option = known.find(name);
    if (option == known.end()) {
      std::vector<std::string> names;
      for (const auto& [other, unused] : known)
        if (!kGridOptions.contains(other)) names.push_back(other);
      refuse(text, "unknown to GDAL's COG driver", fmt::format("it knows {}", fmt::join(names, ", ")));
    }
    if (kGridOptions.contains(name))
      refuse(text, "would change the grid", "choose the grid with `grid` and `bounds`");
    if (const std::string wanted = expected(option->second, value); !wanted.empty())
      refuse(text, "a value the COG driver does not take", "give " + wanted);
    const std::string method = upper(value);
    if ((name == "COMPRESS" || name == "OVERVIEW_COMPRESS") &&
        (method == "JPEG" || method == "WEBP" || method.starts_with("LERC")))
      refuse(text, "a lossy compression would change the values", "give DEFLATE, LZW, LZMA, ZSTD or NONE");
    if (name == "BLOCKSIZE" && (std::atol(value.c_str()) < 128 || std::atol(value.c_str()) > 16384 ||
                                std::atol(value.c_str()) % 16 != 0))
      refuse(text, "not a size blocks can have", "give a multiple of 16 from 128 to 16384");
    if (name == "RESAMPLING") name = "OVERVIEW_RESAMPLING";  // the driver's older name
    if (name == "OVERVIEW_RESAMPLING" && std::find(overview_resamplings.begin(), overview_resamplings.end(),
                                                   method) == overview_resamplings.end())
      refuse(text, "overviews by this method would hold values of no meaning",
             fmt::format("give {}", fmt::join(overview_resamplings, " or ")));
    defaults[name] = value;
  }
  return defaults;
}

int probability_block(std::size_t bands, std::size_t bytes) {
  int side = 512;
  while (side > 128 &&
         static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * bands * bytes > (16u << 20))
    side /= 2;
  return side;
}

}  // namespace terramask::geo
