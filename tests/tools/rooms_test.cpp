// tools/check_rooms.py: includes follow the arrows of rooms.txt, and no arrow leads back.
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

RanksOutcome check_rooms(const fs::path& root) {
  return run_shell("python3 '" + std::string(TERRAMASK_SOURCE_DIR) + "/tools/check_rooms.py' --root '" +
                   root.string() + "'");
}

TEST(Rooms, IncludeOnlyWhatTheirArrowsLeadTo) {
  const RanksOutcome outcome = check_rooms(TERRAMASK_SOURCE_DIR);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

/// A tree of two rooms: ground, which sees nobody, and house, which sees ground.
class TwoRooms : public testing::Test {
 protected:
  void SetUp() override {
    write("rooms.txt", "ground | |\nhouse | ground | house\n");
    write("src/ground/stone.hpp", "");
    write("src/ground/stone.cpp", "#include \"ground/stone.hpp\"\n");
    write("src/house/wall.cpp", "#include \"ground/stone.hpp\"\n");
    write("include/terramask/house.hpp", "");
  }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  void expect_refused(const std::string& words) const {
    const RanksOutcome outcome = check_rooms(folder_.path());
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, testing::HasSubstr(words));
  }

  TemporaryFolder folder_;
};

TEST_F(TwoRooms, AreAsTheirListSays) {
  const RanksOutcome outcome = check_rooms(folder_.path());
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST_F(TwoRooms, HaveNoArrowBack) {
  write("src/ground/stone.cpp", "#include \"terramask/house.hpp\"\n");
  expect_refused(
      "src/ground/stone.cpp includes \"terramask/house.hpp\": rooms.txt has no arrow from ground to house");
  write("rooms.txt", "ground | house |\nhouse | ground | house\n");
  expect_refused("arrows form a circle: ground -> house -> ground");
}

TEST_F(TwoRooms, HaveNoArrowThatNobodyTakes) {
  write("src/house/wall.cpp", "");
  expect_refused("no file of house includes ground");
}

TEST_F(TwoRooms, HoldEveryFile) {
  write("src/garden/tree.cpp", "");
  write("include/terramask/garden.hpp", "");
  expect_refused("src/garden/tree.cpp: belongs to no room");
  expect_refused("include/terramask/garden.hpp: belongs to no room");
}

}  // namespace
}  // namespace terramask::tests
