#include "geo/files/real_kind.hpp"

#include <cpl_vsi.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string_view>

namespace terramask::geo {
namespace {

constexpr std::size_t kHeadBytes = 4096;

std::string head_of(const std::string& path) {
  // A pipe would block until written to.
  VSIStatBufL status;
  if (VSIStatL(path.c_str(), &status) != 0 || !VSI_ISREG(status.st_mode)) return "";
  auto close = [](VSILFILE* file) { VSIFCloseL(file); };
  const std::unique_ptr<VSILFILE, decltype(close)> file(VSIFOpenL(path.c_str(), "rb"), close);
  std::string head(kHeadBytes, '\0');
  head.resize(file ? VSIFReadL(head.data(), 1, head.size(), file.get()) : 0);
  return head;
}

std::string small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_utf16(std::string_view head) {
  return head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff");
}

RealKind utf16_kind() {
  return {"is text in UTF-16", "save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"};
}

/// Archives, by their first bytes.
std::optional<RealKind> archive_kind(std::string_view head, const std::string& path) {
  if (head.starts_with("PK\x03\x04")) {
    if (path.ends_with(".qgz"))
      return RealKind{"is a QGIS project, which names its data and holds none",
                      "name the file behind its layer: QGIS shows it in the layer's properties"};
    return RealKind{"is a ZIP archive", "unpack it, or name a file in it as /vsizip/" + path + "/NAME"};
  }
  if (head.starts_with("7z\xbc\xaf\x27\x1c"))
    return RealKind{"is a 7z archive", "unpack it and name a file of it"};
  if (head.starts_with("Rar!")) return RealKind{"is a RAR archive", "unpack it and name a file of it"};
  return std::nullopt;
}

/// Text files, by their beginning.
std::optional<RealKind> text_kind(const std::string& head, const std::string& path) {
  const std::size_t begin = head.find_first_not_of(" \t\r\n", head.starts_with("\xef\xbb\xbf") ? 3 : 0);
  if (begin == std::string::npos) return std::nullopt;
  const std::string start = small_letters(head.substr(begin));
  if (start.front() == '{' && start.find("\"elements\"") != std::string::npos &&
      (start.find("\"osm3s\"") != std::string::npos || start.find("\"version\"") != std::string::npos))
    return RealKind{"is Overpass' own JSON, which is not read",
                    "ask Overpass for [out:xml] and save the answer as .osm, or export it as GeoJSON"};
  if (start.starts_with("<!doctype qgis") || start.starts_with("<qgis"))
    return RealKind{"is a QGIS project, which names its data and holds none",
                    "name the file behind its layer: QGIS shows it in the layer's properties"};
  // Overpass also answers with a web page to a query that fails.
  if (start.starts_with("<!doctype html") || start.starts_with("<html") ||
      start.find("<html xmlns") != std::string::npos)
    return RealKind{"is a web page, perhaps of an error",
                    "open it in a browser to see what it says, and download the data again"};
  const bool query = path.ends_with(".overpassql") || path.ends_with(".ql") || start.starts_with("[out:") ||
                     start.starts_with("[timeout:") || start.starts_with("<osm-script");
  if (query)
    return RealKind{"is a query to Overpass and not its answer",
                    "run it with [out:xml], at overpass-turbo.eu for example, and save the answer as .osm"};
  return std::nullopt;
}

}  // namespace

std::optional<RealKind> real_kind(const std::string& path) {
  const std::string head = head_of(path);
  if (is_utf16(head)) return utf16_kind();
  if (auto found = archive_kind(head, path)) return found;
  return text_kind(head, path);
}

std::optional<RealKind> unread_text(const std::string& path) {
  constexpr std::array kEndings{".csv", ".tsv", ".txt"};
  const std::string small = small_letters(path);
  const bool table = std::any_of(kEndings.begin(), kEndings.end(),
                                 [&](const char* ending) { return small.ends_with(ending); });
  if (!table || !is_utf16(head_of(path))) return std::nullopt;
  return utf16_kind();
}

}  // namespace terramask::geo
