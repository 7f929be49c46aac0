#include "dataset/project_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "terramask/error.hpp"

namespace terramask::dataset {
namespace {

using Need = KeyVisitor::Need;

constexpr int kLargestValue = 65535;

void visit_bands(KeyVisitor& v, std::vector<BandKey>& bands) {
  const auto read = [&bands](const Json& value, const Place& place) {
    if (!value.is_array() || value.empty()) place.refuse(value, "a list of band names, or none of this key");
    bands.clear();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json& one = value[i];
      const bool numbered = one.is_object() && one.size() == 2 && one.contains("name") &&
                            one["name"].is_string() && one.contains("band") &&
                            one["band"].is_number_integer() && one["band"] >= 1 &&
                            one["band"] <= kLargestValue;
      if (numbered)
        bands.push_back({one["name"].get<std::string>(), one["band"].get<int>()});
      else if (one.is_string() && !one.get_ref<const std::string&>().empty())
        bands.push_back({one.get<std::string>(), 0});
      else
        place.item(i).refuse(one, R"(a band's name ("red"), or {"name": "nir", "band": 4})");
    }
  };
  const auto write = [&bands] {
    Json list = bands.empty() ? Json() : Json::array();
    for (const BandKey& one : bands) {
      if (one.band == 0)
        list.push_back(one.name);
      else
        list.push_back({{"name", one.name}, {"band", one.band}});
    }
    return list;
  };
  v.special("bands", read, write, Need::optional);
}

void visit_nodata(KeyVisitor& v, std::string& nodata) {
  const auto read = [&nodata](const Json& value, const Place& place) {
    if (value.is_number())
      nodata = value.dump();
    else if (value == "auto" || value == "none")
      nodata = value.get<std::string>();
    else
      place.refuse(value, R"("auto" (what the file says), "none" or a number)");
  };
  const auto write = [&nodata] {
    return nodata == "auto" || nodata == "none" ? Json(nodata) : Json::parse(nodata);
  };
  v.special("nodata", read, write, Need::optional);
}

/// A raster, or {"ndsm": {...}}: which of the two is seen by the key.
void visit_member(KeyVisitor& v, StackMember& member) {
  if (v.has_form("ndsm", std::holds_alternative<NdsmMember>(member))) {
    if (!std::holds_alternative<NdsmMember>(member)) member = NdsmMember{};
    auto& heights = std::get<NdsmMember>(member);
    v.object(
        "ndsm",
        [&heights](KeyVisitor& inner) {
          inner.path("dsm", heights.dsm);
          inner.path("dtm", heights.dtm);
        },
        Need::required);
    return;
  }
  if (!std::holds_alternative<RasterMember>(member)) member = RasterMember{};
  auto& raster = std::get<RasterMember>(member);
  v.path("path", raster.path);
  visit_bands(v, raster.bands);
  visit_nodata(v, raster.nodata);
}

void visit_labels(KeyVisitor& v, LabelKeys& labels) {
  v.path("path", labels.path);
  const auto read_map = [&labels](const Json& value, const Place& place) {
    if (!value.is_object()) place.refuse(value, R"(an object such as {"1": "road", "128-255": "roof"})");
    labels.map.clear();
    for (const auto& [text, name] : value.items()) {
      if (!parse_values(text))
        place.refuse(text, "a pixel value from 0 to 65535, or a range such as \"128-255\"");
      if (!name.is_string()) place.inside(text).refuse(name, "the name of a class");
      labels.map[text] = name.get<std::string>();
    }
  };
  const auto write_map = [&labels] {
    Json map;
    for (const auto& [values, name] : labels.map) map[values] = name;
    return map;
  };
  v.special("map", read_map, write_map, Need::optional);
  const auto read_ignore = [&labels](const Json& value, const Place& place) {
    const auto fits = [](const Json& one) {
      return one.is_number_integer() && one >= 0 && one <= kLargestValue;
    };
    if (!value.is_array()) place.refuse(value, "a list of pixel values");
    labels.ignore.clear();
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!fits(value[i])) place.item(i).refuse(value[i], "a pixel value from 0 to 65535");
      labels.ignore.push_back(value[i].get<int>());
    }
  };
  v.special(
      "ignore", read_ignore, [&labels] { return labels.ignore.empty() ? Json() : Json(labels.ignore); },
      Need::optional);
}

void visit_image(KeyVisitor& v, ProjectImage& image) {
  v.text("id", image.id, Need::required);
  v.text("group", image.group, Need::optional);
  v.list(
      "stack", image.stack.size(), [&image](std::size_t n) { image.stack.resize(n); },
      [&image](KeyVisitor& inner, std::size_t i) { visit_member(inner, image.stack[i]); }, Need::required);
  v.text("crs", image.crs, Need::optional);
  v.positive("pixel_size_m", image.pixel_size_m);
  v.object(
      "labels", [&image](KeyVisitor& inner) { visit_labels(inner, image.labels); }, Need::required);
  const auto read_part = [&image](const Json& value, const Place& place) {
    image.part.reset();
    for (const Part part : {Part::training, Part::validation, Part::test})
      if (value == to_string(part)) image.part = part;
    if (!image.part) place.refuse(value, "training, validation or test");
  };
  v.special(
      "part", read_part, [&image] { return image.part ? Json(to_string(*image.part)) : Json(); },
      Need::optional);
}

void visit_class(KeyVisitor& v, ClassInfo& one) {
  std::int64_t value = one.value;
  v.whole("value", value, 0, kLargestValue - 1, Need::required);
  one.value = static_cast<int>(value);
  v.text("name", one.name, Need::required);
  v.text("color", one.color, Need::required);
}

void visit_split(KeyVisitor& v, SplitKeys& split) {
  v.choice("method", split.method, {"blocks", "file"});
  v.number("block_m", split.block_m, 1, 1e6);
  const auto read = [&split](const Json& value, const Place& place) {
    const char* const expected =
        "three shares from 0 to 1 for training, validation and test that add up to 1";
    double sum = 0;
    if (!value.is_array() || value.size() != kParts) place.refuse(value, expected);
    for (std::size_t i = 0; i < kParts; ++i) {
      if (!value[i].is_number() || value[i] < 0 || value[i] > 1) place.refuse(value, expected);
      sum += split.fractions[i] = value[i].get<double>();
    }
    if (sum < 1 - 1e-6 || sum > 1 + 1e-6) place.refuse(value, expected);
  };
  v.special(
      "fractions", read, [&split] { return Json(split.fractions); }, Need::optional);
  v.seed("seed", split.seed);
}

void visit_network(KeyVisitor& v, NetworkKeys& network) {
  v.choice("architecture", network.architecture, {"unet", "segnet", "fcn"});
  v.whole("width", network.width, 1, 4096, Need::optional);
  v.whole("depth", network.depth, 1, 10, Need::optional);
  v.choice("up", network.up, {"transpose", "nearest"});
  v.whole("fc", network.fc, 1, 65536, Need::optional);
  v.whole("skips", network.skips, 0, 2, Need::optional);
  v.number("dropout", network.dropout, 0, 0.95);
}

void visit_augment(KeyVisitor& v, AugmentKeys& augment) {
  v.flag("flip", augment.flip);
  v.flag("turn", augment.turn);
  v.number("rotation", augment.rotation, 0, 180);
  v.number("scale", augment.scale, 0, 3);
  v.number("shear", augment.shear, 0, 1);
  v.number("shift", augment.shift, 0, 0.5);
  v.number("brightness", augment.brightness, 0, 2);
  v.number("contrast", augment.contrast, 0, 3);
  v.number("color", augment.color, 0, 1);
  v.number("noise", augment.noise, 0, 1);
  v.number("blur", augment.blur, 0, 4);
}

void visit_class_weights(KeyVisitor& v, TrainingKeys& training) {
  const auto read = [&training](const Json& value, const Place& place) {
    training.class_weights.clear();
    if (value == "none" || value == "balanced") {
      training.class_weighting = value.get<std::string>();
      return;
    }
    const auto weight = [](const Json& one) { return one.is_number() && one >= 0 && one <= 1e6; };
    if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), weight))
      place.refuse(value, R"("none", "balanced" or a list of weights from 0 to 1000000, one for each class)");
    training.class_weighting = "list";
    training.class_weights = value.get<std::vector<double>>();
  };
  const auto write = [&training] {
    return training.class_weighting == "list" ? Json(training.class_weights) : Json(training.class_weighting);
  };
  v.special("class_weights", read, write, Need::optional);
}

void visit_training(KeyVisitor& v, TrainingKeys& t) {
  v.whole("patch", t.patch, 16, 8192, Need::optional);
  v.whole("batch", t.batch, 1, 4096, Need::optional);
  v.whole("accumulate", t.accumulate, 1, 4096, Need::optional);
  v.whole("epochs", t.epochs, 1, 1'000'000, Need::optional);
  v.whole("samples", t.samples, 0, 1'000'000'000, Need::optional);
  v.choice("loss", t.loss, {"cross_entropy", "sigmoid", "squared", "hinge", "focal", "dice"});
  v.number("label_smoothing", t.label_smoothing, 0, 0.9);
  visit_class_weights(v, t);
  v.choice("optimizer", t.optimizer, {"sgd", "adam", "adamw"});
  v.number("learning_rate", t.learning_rate, 1e-12, 100);
  v.number("weight_decay", t.weight_decay, 0, 10);
  v.number("momentum", t.momentum, 0, 0.9999);
  v.choice("schedule", t.schedule, {"constant", "step", "exponential", "polynomial", "cosine", "one_cycle"});
  v.whole("warmup", t.warmup, 0, 1'000'000'000, Need::optional);
  v.number("clip_norm", t.clip_norm, 0, 1e9);
  v.whole("patience", t.patience, 0, 1'000'000, Need::optional);
  v.seed("seed", t.seed);
  v.whole("workers", t.workers, 0, 256, Need::optional);
  v.choice("sampling", t.sampling, {"random", "grid", "balanced"});
  v.choice("normalization", t.normalization, {"standard", "minmax", "percentile", "whiten"});
  v.object(
      "augment", [&t](KeyVisitor& inner) { visit_augment(inner, t.augment); }, Need::optional);
}

}  // namespace

void visit_project(KeyVisitor& v, Project& p) {
  std::int64_t version = 1;
  v.whole("version", version, 1, 1, Need::required);
  v.positive("pixel_size_m", p.pixel_size_m);
  v.list(
      "images", p.images.size(), [&p](std::size_t n) { p.images.resize(n); },
      [&p](KeyVisitor& inner, std::size_t i) { visit_image(inner, p.images[i]); }, Need::required);
  v.list(
      "classes", p.classes.size(), [&p](std::size_t n) { p.classes.resize(n); },
      [&p](KeyVisitor& inner, std::size_t i) { visit_class(inner, p.classes[i]); }, Need::required);
  const auto read_missing = [&p](const Json& value, const Place& place) {
    const auto text = [](const Json& one) { return one.is_string(); };
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), text))
      place.refuse(value, "a list of class names");
    p.allow_missing = value.get<std::vector<std::string>>();
  };
  v.special(
      "allow_missing", read_missing,
      [&p] { return p.allow_missing.empty() ? Json() : Json(p.allow_missing); }, Need::optional);
  v.object(
      "split", [&p](KeyVisitor& inner) { visit_split(inner, p.split); }, Need::optional);
  v.object(
      "network", [&p](KeyVisitor& inner) { visit_network(inner, p.network); }, Need::optional);
  v.object(
      "training", [&p](KeyVisitor& inner) { visit_training(inner, p.training); }, Need::optional);
}

void Place::refuse(const Json& found, const std::string& expected) const {
  std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  throw Error(ErrorCode::format, fmt::format("{}: {}: found {}", file, key, text), "give " + expected);
}

Place Place::item(std::size_t index) const {
  return {file, fmt::format("{}[{}]", key, index)};
}

std::optional<std::pair<int, int>> parse_values(const std::string& text) {
  std::pair<int, int> range;
  const char* const end = text.data() + text.size();
  auto [stop, failed] = std::from_chars(text.data(), end, range.first);
  if (failed != std::errc()) return std::nullopt;
  range.second = range.first;
  if (stop != end) {
    if (*stop != '-') return std::nullopt;
    const auto second = std::from_chars(stop + 1, end, range.second);
    if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  }
  if (range.first < 0 || range.second < range.first || range.second > kLargestValue) return std::nullopt;
  return range;
}

}  // namespace terramask::dataset

namespace terramask {

const char* to_string(Part part) {
  return part == Part::training ? "training" : part == Part::validation ? "validation" : "test";
}

bool Project::operator==(const Project& other) const {
  const auto same = [](const ClassInfo& a, const ClassInfo& b) {
    return a.value == b.value && a.name == b.name && a.color == b.color;
  };
  return pixel_size_m == other.pixel_size_m && images == other.images &&
         std::equal(classes.begin(), classes.end(), other.classes.begin(), other.classes.end(), same) &&
         allow_missing == other.allow_missing && split == other.split && network == other.network &&
         training == other.training;
}

}  // namespace terramask
