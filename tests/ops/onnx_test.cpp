// Conformance with ONNX: every backend node case that the operators can express, on the reference and on the
// executors. What cannot be expressed is listed with its reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "onnx_graph.hpp"
#include "shared_data.hpp"

namespace terramask::tests {
namespace {

using Run = std::function<Arrays(const Graph&, const Values&)>;

std::vector<std::filesystem::path> case_folders() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(shared_data("data/onnx_node")))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

// ONNX's expected values are in single precision.
reference::Array bounds_of(const reference::Array& expected) {
  reference::Array bounds = expected;
  for (double& value : bounds.values) value = 2e-6 + 2e-6 * std::abs(value);
  return bounds;
}

void check_all(const Run& run, bool list) {
  std::map<std::string, int> skipped;
  std::size_t checked = 0;
  for (const auto& folder : case_folders()) {
    const OnnxCase node = read_onnx_case(folder);
    const auto expressed = express(node);
    if (const auto* why = std::get_if<std::string>(&expressed)) {
      ++skipped[*why];
      if (list && !why->starts_with("no operator") && *why != "more than one node")
        std::cout << "  skipped " << node.name << ": " << *why << '\n';
      continue;
    }
    SCOPED_TRACE(node.name);
    const auto& test = std::get<OnnxGraph>(expressed);
    try {
      const Arrays found = run(test.graph, test.values);
      for (const auto& [name, expected] : test.expected)
        EXPECT_EQ(differences(expected, found.at(name), bounds_of(expected)), "") << name;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
    ++checked;
  }
  if (list)
    for (const auto& [why, count] : skipped) std::cout << "  skipped " << count << ": " << why << '\n';
  testing::Test::RecordProperty("checked", std::to_string(checked));
  EXPECT_GE(checked, 60U);
}

TEST(Onnx, Reference) {
  TERRAMASK_REQUIRE(shared_data("data/onnx_node"));
  check_all(
      [](const Graph& graph, const Values& values) { return outputs_of(graph, evaluate_all(graph, values)); },
      true);
}

class OnnxOn : public testing::TestWithParam<Configuration> {};

TEST_P(OnnxOn, Executor) {
  TERRAMASK_REQUIRE(shared_data("data/onnx_node"));
  check_all(
      [](const Graph& graph, const Values& values) { return run_on(executor(GetParam()), graph, values); },
      false);
}

INSTANTIATE_TEST_SUITE_P(NodeCases, OnnxOn, testing::ValuesIn(configurations()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace terramask::tests
