// Every operator's cases on every executor against the reference; and the reference through plans.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "harness.hpp"

namespace terramask::tests {
namespace {

bool winograd_allowed(const Configuration& configuration) {
  return configuration.options.precision == Precision::fast;
}

// For the comparison of builds (scripts/compare_builds.py), in the report of --gtest_output: FNV-1a of a
// result.
void record_bits(const std::string& name, Numbers numbers, const std::string& output,
                 const reference::Array& found) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const double value : found.values)
    for (std::uint64_t bits = std::bit_cast<std::uint64_t>(value), i = 0; i < 8; ++i, bits >>= 8)
      hash = (hash ^ (bits & 0xff)) * 1099511628211ULL;
  testing::Test::RecordProperty(
      fmt::format("bits {}, {}, {}", name, numbers == Numbers::halves ? "halves" : "normal", output),
      fmt::format("{:016x}", hash));
}

void check(const Configuration& configuration, const std::string& op) {
  for (const Case& test : cases_of(op)) {
    SCOPED_TRACE(op + ": " + test.name);
    const Graph graph = test.build();
    for (const Numbers numbers : {Numbers::halves, Numbers::normal}) {
      SCOPED_TRACE(numbers == Numbers::halves ? "halves" : "normal");
      const Values values = draw(test, graph, numbers);
      const auto all = evaluate_all(graph, values);
      const auto bounds = error_bounds(graph, all, numbers, winograd_allowed(configuration));
      try {
        const Arrays found = run_on(executor(configuration), graph, values);
        for (const Output& output : graph.outputs()) {
          EXPECT_EQ(differences(all[output.value], found.at(output.name), bounds[output.value]), "")
              << output.name;
          record_bits(test.name, numbers, output.name, found.at(output.name));
        }
      } catch (const Error& error) {
        ADD_FAILURE() << error.what();
      }
    }
  }
}

// All cases of an operator are one test: test programs are started a test at a time, and opening a device
// takes longer than a case.
class Operators : public testing::TestWithParam<std::tuple<Configuration, std::string>> {};

TEST_P(Operators, AgreeWithReference) {
  check(std::get<0>(GetParam()), std::get<1>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, Operators,
                         testing::Combine(testing::ValuesIn(configurations()),
                                          testing::ValuesIn(case_operators())),
                         [](const auto& parameter) {
                           return std::get<1>(parameter.param) + "_" + std::get<0>(parameter.param).name;
                         });

// The same, where values take each other's bytes.
class Networks : public Operators {};

TEST_P(Networks, AgreeWithReference) {
  check(std::get<0>(GetParam()), std::get<1>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Sharing, Networks,
                         testing::Combine(testing::ValuesIn(sharing_configurations()),
                                          testing::Values("network", "concat")),
                         [](const auto& parameter) {
                           return std::get<1>(parameter.param) + "_" + std::get<0>(parameter.param).name;
                         });

// The reference through the plan's places gives what it gives without a plan, however the arena is cut.
TEST(ReferenceThroughPlans, AgreesWithPlainEvaluation) {
  const std::vector<PlanOptions> plans{{}, {.max_chunk_bytes = 1 << 16}, {.alignment = 16}, {.reuse = false}};
  for (const std::string op : {"network", "concat", "max_pool", "batch_norm"})
    for (const Case& test : cases_of(op)) {
      SCOPED_TRACE(test.name);
      const Graph graph = test.build();
      const Values values = draw(test, graph, Numbers::normal);
      const Arrays expected = outputs_of(graph, evaluate_all(graph, values));
      for (const PlanOptions& options : plans) {
        const Arrays found = reference::run(make_plan(graph, options), values.inputs, values.parameters);
        ASSERT_EQ(found.size(), expected.size());
        for (const auto& [name, array] : expected)
          EXPECT_EQ(differences(array, found.at(name), reference::make_array(array.shape)), "") << name;
      }
    }
}

}  // namespace
}  // namespace terramask::tests
