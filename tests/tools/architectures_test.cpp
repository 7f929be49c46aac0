// What an architecture declares in its own file is what every list of it says.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "mpirun.hpp"
#include "program.hpp"
#include "terramask/network.hpp"

namespace terramask::tests {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Architectures : public ProgramTest {};

TEST_F(Architectures, SchemaAndReadmeSayWhatTheyDeclare) {
  const RanksOutcome outcome =
      run_shell("python3 '" + std::string(TERRAMASK_SOURCE_DIR) + "/scripts/write_architectures.py' '" +
                std::string(TERRAMASK_BIN_DIR) + "' --check");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST_F(Architectures, InfoListsThemWithTheirKeys) {
  const Outcome text = terramask({"info", "--architectures"});
  ASSERT_EQ(text.status, 0) << text.err;
  const Outcome json = terramask({"info", "--architectures", "--json"});
  const Json found = Json::parse(json.out);
  std::set<std::string> listed;
  for (const Json& one : found.at("architectures")) {
    listed.insert(one.at("name"));
    EXPECT_THAT(text.out, HasSubstr(one.at("name").get<std::string>() + ": "));
    ASSERT_EQ(one.at("keys").size(), network_keys(one.at("name").get<std::string>()).size());
  }
  const std::vector<std::string> names = architectures();
  EXPECT_EQ(listed, std::set<std::string>(names.begin(), names.end()));
  EXPECT_THAT(terramask({"info"}).err, HasSubstr("FILE is required"));
}

TEST_F(Architectures, EveryKeyIsAnOptionOfInitTrainAndBench) {
  const std::string init = terramask({"init", "--help"}).out, train = terramask({"train", "--help"}).out,
                    measure = bench({"--help"}).out;
  for (const NetworkKey& key : all_network_keys())
    for (const std::string& help : {init, train, measure}) {
      EXPECT_THAT(help, HasSubstr("--" + std::string(key.name) + " "));
      EXPECT_THAT(help, HasSubstr(std::string(key.help).substr(0, 12)));
    }
  for (const std::string& name : architectures())
    for (const std::string& help : {init, train, measure}) EXPECT_THAT(help, HasSubstr(name));
}

TEST_F(Architectures, BenchTakesTheKeysThatANetworkHas) {
  const Outcome both = bench({"--model", "unet,linear", "--depth", "1", "--width", "2", "--patch", "32",
                              "--runs", "1", "--device", "cpu"});
  ASSERT_EQ(both.status, 0) << both.err;
  EXPECT_THAT(both.out, HasSubstr(R"("width":2,"depth":1,"up":"transpose")"));
  const Outcome none = bench({"--model", "linear", "--depth", "1", "--patch", "32"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("--depth: none of the models has it"));
}

}  // namespace
}  // namespace terramask::tests
