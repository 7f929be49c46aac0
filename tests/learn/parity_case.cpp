#include "parity_case.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace terramask::tests {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// What PyTorch computed once serves all test programs; it is made again when the script has changed.
fs::path folder() {
  const fs::path made = fs::path(TERRAMASK_BIN_DIR) / "parity";
  fs::create_directories(made);
  return made;
}

bool is_fresh(const fs::path& facts, const fs::path& script) {
  return fs::exists(facts) && fs::last_write_time(facts) > fs::last_write_time(script);
}

// Debian's package belongs to the system's Python, which need not be the first in the path.
std::string python() {
  static const std::string found = [] {
    for (const char* candidate : {"python3", "/usr/bin/python3"})
      if (std::system(fmt::format("{} -c 'import torch' 2>/dev/null", candidate).c_str()) == 0)
        return std::string(candidate);
    return std::string();
  }();
  return found;
}

learn::TrainingSpec read_spec(const Json& facts) {
  learn::TrainingSpec spec;
  const Json& network = facts.at("network");
  spec.network.architecture = network.at("architecture");
  spec.network.bands = network.at("bands");
  spec.network.classes = network.at("classes");
  for (const NetworkKey& key : network_keys(spec.network.architecture)) {
    const std::string name(key.name);
    if (network.contains(name) && key.kind == NetworkKey::Kind::whole)
      spec.network.keys[name] = network.at(name).get<std::int64_t>();
  }
  spec.batch = facts.at("batch");
  spec.height = spec.width = facts.at("size");
  return spec;
}

// The same as parity.py's.
void read_optimizer(const std::string& name, ParityCase& test) {
  learn::OptimizerSpec& optimizer = test.spec.optimizer;
  test.rate = 1e-3;
  if (name == "sgd") {
    test.rate = 0.01;
    optimizer.kind = learn::OptimizerKind::sgd;
    optimizer.momentum = 0.9;
    optimizer.nesterov = true;
    optimizer.group.weight_decay = 1e-3;
  } else if (name == "adamw") {
    optimizer.kind = learn::OptimizerKind::adamw;
    optimizer.group.weight_decay = 0.05;
  }
}

}  // namespace

std::optional<ParityCase> parity_case(const std::string& name, std::string& why) {
  const fs::path models = fs::path(TERRAMASK_SHARED_DIR) / "peers/torch_models.py";
  if (!fs::exists(models)) why = models.string() + " is not there";
  if (python().empty()) why = "PyTorch is not installed (package python3-torch)";
  if (!why.empty()) return std::nullopt;
  std::string stem = name;
  std::ranges::replace(stem, ':', '-');
  const fs::path facts_path = folder() / (stem + ".json");
  const fs::path script = fs::path(TERRAMASK_SOURCE_DIR) / "tests/learn/parity.py";
  if (!is_fresh(facts_path, script)) {
    const std::string call = fmt::format("{} '{}' '{}' '{}' {}", python(), script.string(), models.string(),
                                         folder().string(), name);
    if (std::system(call.c_str()) != 0) throw std::runtime_error(call + " failed");
  }
  const Json facts = Json::parse(std::ifstream(facts_path));
  ParityCase test;
  test.spec = read_spec(facts);
  test.steps = facts.at("steps");
  read_optimizer(facts.at("optimizer"), test);
  std::ifstream data(folder() / (stem + ".bin"), std::ios::binary);
  for (const auto& [key, about] : facts.at("arrays").items()) {
    std::vector<std::int64_t> extents = about.at("shape");
    if (extents.empty()) extents = {1};
    reference::Array array = reference::make_array(Shape(std::span<const std::int64_t>(extents)));
    data.seekg(about.at("offset").get<std::streamoff>());
    data.read(reinterpret_cast<char*>(array.values.data()),
              static_cast<std::streamsize>(array.values.size() * sizeof(double)));
    test.arrays.emplace(key, std::move(array));
  }
  return test;
}

const reference::Array& ParityCase::at(std::int64_t step, const std::string& what) const {
  return arrays.at(fmt::format("{}/{}", step, what));
}

Arrays ParityCase::all(const std::string& prefix) const {
  Arrays found;
  for (const auto& [name, array] : arrays)
    if (name.starts_with(prefix)) found.emplace(name.substr(prefix.size()), array);
  return found;
}

double relative_distance(const Arrays& a, const Arrays& b) {
  double difference = 0, size = 0;
  for (const auto& [name, array] : b)
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      const double d = a.at(name).values.at(i) - array.values[i];
      difference += d * d;
      size += array.values[i] * array.values[i];
    }
  return std::sqrt(difference / size);
}

}  // namespace terramask::tests
