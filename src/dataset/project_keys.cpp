#include "dataset/project_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "keys/class_keys.hpp"
#include "terramask/error.hpp"

namespace terramask::dataset {
namespace {

using Need = KeyVisitor::Need;

void visit_split(KeyVisitor& v, SplitKeys& split) {
  v.choice("method", split.method);
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

void visit_network_key(KeyVisitor& v, const NetworkKey& key, NetworkSpec& network) {
  const std::string name(key.name);
  switch (key.kind) {
    case NetworkKey::Kind::whole: {
      std::int64_t value = network.whole(name);
      v.whole(name.c_str(), value, static_cast<std::int64_t>(key.low), static_cast<std::int64_t>(key.high),
              Need::optional);
      network.keys[name] = value;
      return;
    }
    case NetworkKey::Kind::number: {
      double value = network.number(name);
      v.number(name.c_str(), value, key.low, key.high);
      network.keys[name] = value;
      return;
    }
    case NetworkKey::Kind::choice: {
      std::string value = network.choice(name);
      v.one_of(name.c_str(), value, key.choices);
      network.keys[name] = value;
      return;
    }
  }
}

/// The keys of the architecture; a file may also have those of others, which are ignored.
void visit_network(KeyVisitor& v, NetworkSpec& network) {
  const std::vector<std::string> names = architectures();
  v.one_of("architecture", network.architecture, std::vector<std::string_view>(names.begin(), names.end()));
  std::set<std::string_view> visited;
  for (const NetworkKey& key : network_keys(network.architecture)) {
    visit_network_key(v, key, network);
    visited.insert(key.name);
  }
  for (const std::string& name : names) {
    NetworkSpec other{.architecture = name};
    for (const NetworkKey& key : network_keys(name))
      if (!visited.contains(key.name) && (v.all_forms() || v.has_form(std::string(key.name).c_str(), false)))
        visit_network_key(v, key, other);
  }
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
    if (value.is_string() && value != "list")
      if (const auto weighting = value_of<ClassWeighting>(value.get<std::string>())) {
        training.class_weighting = *weighting;
        return;
      }
    const auto weight = [](const Json& one) { return one.is_number() && one >= 0 && one <= 1e6; };
    if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), weight))
      place.refuse(
          value,
          R"("none", "balanced", "tempered" or a list of weights from 0 to 1000000, one for each class)");
    training.class_weighting = ClassWeighting::list;
    training.class_weights = value.get<std::vector<double>>();
  };
  const auto write = [&training] {
    return training.class_weighting == ClassWeighting::list ? Json(training.class_weights)
                                                            : Json(name_of(training.class_weighting));
  };
  v.special("class_weights", read, write, Need::optional);
}

void visit_shares(KeyVisitor& v, const char* key, std::map<std::string, double>& shares) {
  const auto read = [&shares](const Json& value, const Place& place) {
    if (!value.is_object()) place.refuse(value, R"(an object such as {"road": 0.3})");
    shares.clear();
    for (const auto& [name, share] : value.items()) {
      if (!share.is_number() || share < 0 || share > 0.95)
        place.inside(name).refuse(share, "a share from 0 to 0.95");
      shares[name] = share.get<double>();
    }
  };
  v.special(
      key, read, [&shares] { return shares.empty() ? Json() : Json(shares); }, Need::optional);
}

void visit_label_noise(KeyVisitor& v, LabelNoiseKeys& noise) {
  v.text("background", noise.background, Need::optional);
  visit_shares(v, "omission", noise.omission);
  visit_shares(v, "commission", noise.commission);
}

void visit_group(KeyVisitor& v, GroupKeys& g) {
  v.text("parameters", g.parameters, Need::required);
  v.number("rate", g.rate, 0, 1000);
  v.number("weight_decay", g.weight_decay, 0, 10);
  v.number("l1", g.l1, 0, 10);
}

void visit_training(KeyVisitor& v, TrainingKeys& t) {
  v.whole("patch", t.patch, 16, 8192, Need::optional);
  v.whole("batch", t.batch, 1, 4096, Need::optional);
  v.whole("accumulate", t.accumulate, 1, 4096, Need::optional);
  v.whole("epochs", t.epochs, 1, 1'000'000, Need::optional);
  v.whole("samples", t.samples, 0, 1'000'000'000, Need::optional);
  v.choice("loss", t.loss);
  v.number("label_smoothing", t.label_smoothing, 0, 0.9);
  v.number("focal_gamma", t.focal_gamma, 0, 10);
  v.number("bootstrap_trust", t.bootstrap_trust, 0, 1);
  v.object(
      "label_noise", [&t](KeyVisitor& inner) { visit_label_noise(inner, t.label_noise); }, Need::optional);
  visit_class_weights(v, t);
  v.choice("optimizer", t.optimizer);
  v.number("learning_rate", t.learning_rate, 1e-12, 100);
  v.number("weight_decay", t.weight_decay, 0, 10);
  v.number("l1", t.l1, 0, 10);
  v.number("momentum", t.momentum, 0, 0.9999);
  v.flag("nesterov", t.nesterov);
  v.list(
      "groups", t.groups.size(), [&t](std::size_t n) { t.groups.resize(n); },
      [&t](KeyVisitor& inner, std::size_t i) { visit_group(inner, t.groups[i]); }, Need::optional);
  v.choice("initial_weights", t.initial_weights);
  v.choice("schedule", t.schedule);
  v.positive("step_size", t.step_size);
  v.positive("gamma", t.gamma);
  v.number("power", t.power, 0, 10);
  v.number("final_rate", t.final_rate, 0, 1);
  v.number("pct_start", t.pct_start, 0, 1);
  v.number("div_factor", t.div_factor, 1, 1e9);
  v.number("final_div_factor", t.final_div_factor, 1, 1e9);
  v.whole("warmup", t.warmup, 0, 1'000'000'000, Need::optional);
  v.number("clip_norm", t.clip_norm, 0, 1e9);
  v.whole("patience", t.patience, 0, 1'000'000, Need::optional);
  v.seed("seed", t.seed);
  v.whole("workers", t.workers, 0, 256, Need::optional);
  v.choice("sampling", t.sampling);
  v.choice("normalization", t.normalization);
  v.object(
      "augment", [&t](KeyVisitor& inner) { visit_augment(inner, t.augment); }, Need::optional);
  v.flag("choose_threshold", t.choose_threshold);
}

}  // namespace

void visit_project(KeyVisitor& v, Project& p) {
  std::int64_t version = 1;
  v.whole("version", version, 1, 1, Need::required);
  v.positive("pixel_size_m", p.pixel_size_m);
  std::string rule = to_string(p.nodata_rule);
  v.choice("nodata_rule", rule, {"auto", "any", "all"});
  p.nodata_rule = *parse_nodata_rule(rule);
  v.list(
      "images", p.images.size(), [&p](std::size_t n) { p.images.resize(n); },
      [&p](KeyVisitor& inner, std::size_t i) { visit_project_image(inner, p.images[i]); }, Need::required);
  v.list(
      "classes", p.classes.size(), [&p](std::size_t n) { p.classes.resize(n); },
      [&p](KeyVisitor& inner, std::size_t i) { keys::visit_class(inner, p.classes[i]); }, Need::required);
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

}  // namespace terramask::dataset

namespace terramask {

const char* to_string(Part part) {
  return part == Part::training ? "training" : part == Part::validation ? "validation" : "test";
}

bool Project::operator==(const Project& other) const {
  const auto same = [](const ClassInfo& a, const ClassInfo& b) {
    return a.value == b.value && a.name == b.name && a.color == b.color;
  };
  return pixel_size_m == other.pixel_size_m && nodata_rule == other.nodata_rule && images == other.images &&
         std::equal(classes.begin(), classes.end(), other.classes.begin(), other.classes.end(), same) &&
         allow_missing == other.allow_missing && split == other.split && network == other.network &&
         training == other.training;
}

}  // namespace terramask
