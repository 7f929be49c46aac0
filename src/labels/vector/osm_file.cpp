#include "labels/vector/osm_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <osmium/io/bzip2_compression.hpp>
#include <osmium/io/gzip_compression.hpp>
#include <string_view>
#include <system_error>

#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHead = 65536;       // bytes in which a file's first element must begin
constexpr std::size_t kHeaderBlock = 256;  // bytes in which a .pbf says what it is

using Decompressor = std::unique_ptr<osmium::io::Decompressor>;

osmium::io::file_compression compression_of(const std::string& format) {
  if (format.ends_with(".gz")) return osmium::io::file_compression::gzip;
  if (format.ends_with(".bz2")) return osmium::io::file_compression::bzip2;
  return osmium::io::file_compression::none;
}

Decompressor open_bytes(const std::string& path, osmium::io::file_compression compression) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw std::system_error(errno, std::generic_category(), "cannot be opened");
  return osmium::io::CompressionFactory::instance().create_decompressor(compression, file);
}

/// The name of an XML document's first element; empty where there is none.
std::string_view first_element(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"sv)) text.remove_prefix(3);
  while (!text.empty()) {
    if (std::isspace(static_cast<unsigned char>(text.front())) != 0) {
      text.remove_prefix(1);
      continue;
    }
    if (text.front() != '<') return {};
    const std::string_view end = text.starts_with("<!--") ? "-->" : text.starts_with("<?") ? "?>" : ">";
    if (text.size() > 1 && std::isalpha(static_cast<unsigned char>(text[1])) != 0)
      return text.substr(1, text.find_first_of(" \t\r\n/>", 1) - 1);
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + end.size());
  }
  return {};
}

[[noreturn]] void refuse_changes(const std::string& path) {
  throw Error(
      ErrorCode::unsupported, path + ": a file of changes to OpenStreetMap, not a map",
      fmt::format("apply it to its map first: `osmium apply-changes map.osm.pbf {} -o new.osm.pbf`", path));
}

/// "osm", "pbf", "o5m"; empty for anything else.
std::string format_of(std::string_view head, const std::string& path) {
  if (head.starts_with("\xff\xe0\x04o5m2"sv)) return "o5m";
  if (head.starts_with("\xff\xe0\x04o5c2"sv)) refuse_changes(path);
  if (head.substr(0, kHeaderBlock).find("OSMHeader") != std::string_view::npos) return "pbf";
  const std::string_view element = first_element(head);
  if (element == "osmChange") refuse_changes(path);
  return element == "osm" ? "osm" : "";
}

}  // namespace

std::optional<OsmFile> recognise_osm(const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return std::nullopt;
  std::string head(kHead, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  const std::string suffix = head.starts_with("\x1f\x8b") ? ".gz" : head.starts_with("BZh") ? ".bz2" : "";
  const bool packed = head.starts_with(
                          "\xFD"
                          "7zXZ"sv) ||
                      head.starts_with("\x28\xB5\x2F\xFD"sv) || head.starts_with("PK\x03\x04"sv);
  if (packed && std::filesystem::path(path).filename().string().find(".osm.") != std::string::npos)
    throw Error(ErrorCode::unsupported, path + ": compressed in a way that is not read (gzip and bzip2 are)",
                "unpack it first");
  if (!suffix.empty()) {
    try {
      const Decompressor unpacked = open_bytes(path, compression_of(suffix));
      head = unpacked->read();
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }
  const std::string format = format_of(std::string_view(head).substr(0, kHead), path);
  if (format.empty()) return std::nullopt;
  if (!suffix.empty() && format != "osm")
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: an .osm.{} file that is compressed once more", path, format),
                "unpack it first");
  return OsmFile{path, format + suffix, path};
}

void read_bytes(const OsmFile& file, const std::function<bool(const std::string&)>& take) {
  const Decompressor bytes = open_bytes(file.path, compression_of(file.format));
  for (std::string part = bytes->read(); !part.empty(); part = bytes->read())
    if (!take(part)) return;
  bytes->close();
}

}  // namespace terramask::labels
