// tools/check_messages.py: no string of the library names an option of the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "mpirun.hpp"
#include "temporary_folder.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;

RanksOutcome check_messages(const fs::path& root) {
  return run_shell("python3 '" + std::string(TERRAMASK_SOURCE_DIR) + "/tools/check_messages.py' --root '" +
                   root.string() + "'");
}

/// The check of a tree of one file.
RanksOutcome check_source(const std::string& name, const std::string& text) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
  return check_messages(folder.path());
}

TEST(Messages, OfTheLibraryNameNoOption) {
  const RanksOutcome outcome = check_messages(TERRAMASK_SOURCE_DIR);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST(Messages, ThatNameAnOptionAreFound) {
  for (const char* name : {"src/geo/a.cpp", "include/terramask/a.hpp"}) {
    const RanksOutcome outcome =
        check_source(name, "char c = '\"';\nauto s = \"use \\\"--pixel-size\\\"\";\n");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, testing::HasSubstr(std::string(name) +
                                                 ":2: a message names --pixel-size: write `pixel_size`"));
  }
}

TEST(Messages, ThatNameNoneAreLeftAlone) {
  const RanksOutcome outcome = check_source(
      "src/a.cpp",
      "// \"--crs\"\n/* \"--crs\" */ auto s = \"a--b `crs` --\";\nint i = 1'000; --i;  // 'tis\n");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST(Messages, HaveNoExceptionThatIsNeededNoMore) {
  const RanksOutcome outcome = check_source("src/tiles/tile_map_resource.cpp", "int i;\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.text, testing::HasSubstr("tile_map_resource.cpp names no --profile"));
}

}  // namespace
}  // namespace terramask::tests
