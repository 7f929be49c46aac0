#include "region/tile_message.hpp"

#include <nlohmann/json.hpp>

namespace terramask::region {
namespace {

Json to_json(const JournalTile& one) {
  const RegionTile& t = one.tile;
  const Window& w = t.window;
  return {t.row,    t.column,        {w.x, w.y, w.width, w.height},
          t.status, t.runs,          t.pixels,
          t.valid,  t.confidence,    t.seconds,
          t.counts, one.inputs,      one.bytes,
          t.areas,  t.without_result};
}

JournalTile from_json(const Json& json) {
  JournalTile one;
  RegionTile& t = one.tile;
  t.row = json.at(0).get<std::int64_t>();
  t.column = json.at(1).get<std::int64_t>();
  const auto window = json.at(2).get<std::array<std::int64_t, 4>>();
  t.window = {window[0], window[1], window[2], window[3]};
  t.status = json.at(3).get<TileStatus>();
  t.runs = json.at(4).get<std::int64_t>();
  t.pixels = json.at(5).get<std::uint64_t>();
  t.valid = json.at(6).get<std::uint64_t>();
  t.confidence = json.at(7).get<double>();
  t.seconds = json.at(8).get<double>();
  t.counts = json.at(9).get<std::vector<std::uint64_t>>();
  one.inputs = json.at(10).get<std::string>();
  one.bytes = json.at(11).get<std::uint64_t>();
  t.areas = json.at(12).get<std::vector<double>>();
  t.without_result = json.at(13).get<std::uint64_t>();
  return one;
}

// CBOR: texts may hold any bytes, as file names do.
std::string packed(const Json& json) {
  std::string bytes;
  Json::to_cbor(json, nlohmann::detail::output_adapter<char>(bytes));
  return bytes;
}

Json unpacked(const std::string& bytes) {
  return Json::from_cbor(bytes);
}

}  // namespace

std::string to_bytes(const JournalTile& tile) {
  return packed(to_json(tile));
}

JournalTile tile_from(const std::string& bytes) {
  return from_json(unpacked(bytes));
}

std::string to_bytes(const FailedTileMessage& message) {
  return packed({to_json(message.tile), static_cast<int>(message.code), message.cause});
}

FailedTileMessage failed_from(const std::string& bytes) {
  const Json json = unpacked(bytes);
  return {from_json(json.at(0)), static_cast<ErrorCode>(json.at(1).get<int>()),
          json.at(2).get<std::string>()};
}

std::string to_bytes(const WorkTimes& times) {
  const segment::PipelineTimes& p = times.pipeline;
  const RegionRank& r = times.rank;
  return packed({p.seconds, p.read, p.compute, p.write, p.idle, r.tiles, r.seconds, r.waited, r.at_end});
}

WorkTimes times_from(const std::string& bytes) {
  const Json json = unpacked(bytes);
  const auto number = [&](std::size_t i) { return json.at(i).get<double>(); };
  WorkTimes times;
  times.pipeline = {number(0), number(1), number(2), number(3), number(4)};
  times.rank = {json.at(5).get<std::size_t>(), number(6), number(7), number(8)};
  return times;
}

std::string to_bytes(const std::vector<JournalSource>& sources) {
  Json list = Json::array();
  for (const JournalSource& one : sources)
    list.push_back({one.path, one.date, one.grid, one.fingerprint, one.fault, one.acquired});
  return packed(list);
}

std::vector<JournalSource> sources_from(const std::string& bytes) {
  std::vector<JournalSource> all;
  for (const Json& one : unpacked(bytes))
    all.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::string>(),
                   one.at(3).get<std::string>(), one.at(4).get<std::string>(), one.at(5).get<std::string>()});
  return all;
}

}  // namespace terramask::region
