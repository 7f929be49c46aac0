// The sample model maps the sample scene as well as sample_data/README.md says.
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace terramask::tests {
namespace {

class SampleModel : public ProgramTest {};

TEST_F(SampleModel, MapsTheSampleScene) {
  const std::string data = std::string(TERRAMASK_SOURCE_DIR) + "/sample_data/";
  const Outcome outcome = terramask({"evaluate", "-q", "--model", data + "town.safetensors",
                                     data + "ortho.tif", "--ndsm", data + "dsm.tif", data + "dtm.tif",
                                     "--reference", data + "labels.tif", "--json", "report.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto all = nlohmann::json::parse(read("report.json"))["all"];
  std::printf("  overall accuracy %.4f\n", all["overall_accuracy"].get<double>());
  EXPECT_EQ(all["judged"], 512 * 512);
  EXPECT_GE(all["overall_accuracy"], 0.95);
}

}  // namespace
}  // namespace terramask::tests
