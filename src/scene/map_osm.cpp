#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

#include "core/page.hpp"
#include "scene/map_files.hpp"

namespace terramask::scene {
namespace {

std::string degrees(std::int64_t ten_millionths) {
  return fmt::format("{:.7f}", static_cast<double>(ten_millionths) * 1e-7);
}

}  // namespace

void write_osm(const std::string& path, const std::vector<MapFeature>& features, const SceneFrame& frame) {
  // All points in one call, and one node for each place: ways that meet share it.
  Line all;
  for (const MapFeature& feature : features) all.insert(all.end(), feature.line.begin(), feature.line.end());
  const std::vector<Point> places = all.empty() ? std::vector<Point>{} : frame.geographic(all);
  using Place = std::pair<std::int64_t, std::int64_t>;
  std::map<Place, std::size_t> numbers;
  std::vector<Place> nodes;
  std::vector<std::size_t> references;
  for (const Point& place : places) {
    const Place rounded{std::llround(place.y * 1e7), std::llround(place.x * 1e7)};
    const auto [node, fresh] = numbers.try_emplace(rounded, nodes.size() + 1);
    if (fresh) nodes.push_back(rounded);
    references.push_back(node->second);
  }

  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  const auto fail = [&] {
    throw Error(ErrorCode::io, path + ": cannot be written: " + std::strerror(errno),
                "make room, or choose another folder");
  };
  if (file == nullptr) fail();
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\" generator=\"terramask\">\n";
  const auto flush = [&](std::size_t limit) {
    if (text.size() <= limit) return;
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) fail();
    text.clear();
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    text += fmt::format(" <node id=\"{}\" version=\"1\" lat=\"{}\" lon=\"{}\"/>\n", i + 1,
                        degrees(nodes[i].first), degrees(nodes[i].second));
    flush(1 << 20);
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const MapFeature& feature = features[i];
    text += fmt::format(" <way id=\"{}\" version=\"1\">\n", i + 1);
    for (std::size_t p = 0; p < feature.line.size(); ++p)
      text += fmt::format("  <nd ref=\"{}\"/>\n", references[next + p]);
    if (feature.polygon) text += fmt::format("  <nd ref=\"{}\"/>\n", references[next]);
    next += feature.line.size();
    for (const auto& [key, value] : feature.tags)
      text += fmt::format("  <tag k=\"{}\" v=\"{}\"/>\n", escaped(key), escaped(value));
    text += " </way>\n";
    flush(1 << 20);
  }
  text += "</osm>\n";
  flush(0);
  if (std::fflush(file.get()) != 0) fail();
}

}  // namespace terramask::scene
