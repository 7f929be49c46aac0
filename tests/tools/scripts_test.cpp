// The scripts: --help prints how one is called, and does nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mpirun.hpp"
#include "temporary_folder.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;

/// A file that names its interpreter.
bool is_script(const fs::path& path) {
  std::ifstream file(path);
  return file.get() == '#' && file.get() == '!';
}

/// As a person calls it; what is started by tests alone needs no permission to be executed.
std::string call_of(const fs::path& script) {
  const bool executable = (fs::status(script).permissions() & fs::perms::owner_exec) != fs::perms::none;
  return (executable ? "'" : "python3 '") + script.string() + "'";
}

std::vector<std::string> scripts() {
  const fs::path root = TERRAMASK_SOURCE_DIR;
  std::vector<std::string> found{".ci/run"};
  for (const char* folder : {"tools", "scripts", "measurements", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string ending = entry.path().extension();
      if ((ending == ".sh" || ending == ".py") && is_script(entry.path()))
        found.push_back(fs::relative(entry.path(), root));
    }
  std::sort(found.begin(), found.end());
  return found;
}

class Scripts : public testing::TestWithParam<std::string> {};

TEST_P(Scripts, PrintTheirHelpAndDoNothingElse) {
  const TemporaryFolder work;
  const fs::path script = fs::path(TERRAMASK_SOURCE_DIR) / GetParam();
  const auto before = fs::last_write_time(fs::path(TERRAMASK_SOURCE_DIR));
  for (const char* option : {"--help", "-h"}) {
    const auto outcome =
        run_shell("cd '" + work.path().string() + "' && timeout 20 " + call_of(script) + " " + option);
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_GT(outcome.text.size(), 40U) << outcome.text;
    EXPECT_EQ(outcome.text.find("Traceback"), std::string::npos) << outcome.text;
  }
  EXPECT_TRUE(fs::is_empty(work.path()));
  EXPECT_EQ(fs::last_write_time(fs::path(TERRAMASK_SOURCE_DIR)), before)
      << "something was made beside the sources";
}

INSTANTIATE_TEST_SUITE_P(All, Scripts, testing::ValuesIn(scripts()), [](const auto& tested) {
  std::string name = tested.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace terramask::tests
