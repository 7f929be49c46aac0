// Names of outputs, folders that one process works in, and texts for spreadsheets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "core/claimed_folder.hpp"
#include "core/output_place.hpp"
#include "core/spreadsheet_text.hpp"
#include "errors.hpp"
#include "temporary_folder.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(OutputPlace, ALinkLeadsToTheFileThatIsWritten) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "other");
  fs::create_symlink("other/real", folder / "link");
  fs::create_symlink("link", folder / "twice");
  EXPECT_EQ(output_target(folder / "plain"), folder / "plain");
  EXPECT_TRUE(is_taken(folder / "twice")) << "though it leads nowhere";
  EXPECT_EQ(output_target(folder / "twice"), folder.path() / "other/real");
  std::ofstream(folder / "other/real") << "x";
  EXPECT_EQ(output_target(folder / "twice"), fs::canonical(folder / "other/real"));
}

TEST(OutputPlace, WhatIsNoFileIsRefused) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  fs::create_symlink("fifo", folder / "to_fifo");
  fs::create_symlink("/dev/null", folder / "to_device");
  fs::create_symlink("circle", folder / "circle");
  for (const char* name : {"fifo", "to_fifo", "to_device", "circle", ""})
    expect_error([&] { (void)output_target(folder / name); }, ErrorCode::usage, {folder / name});
}

TEST(ClaimedFolder, IsOnesAtATime) {
  const TemporaryFolder folder;
  const fs::path claimed = folder.path() / ".a.part-inwork";
  {
    const ClaimedFolder mine(claimed, "a");
    EXPECT_THAT(worker_in(claimed), HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_FALSE(remove_if_left(claimed));
    expect_error([&] { ClaimedFolder(claimed, "a"); }, ErrorCode::exists,
                 {"a: another run is writing it", "process " + std::to_string(::getpid())});
  }
  EXPECT_TRUE(folder.names().empty());
  EXPECT_EQ(worker_in(claimed), "");
}

TEST(ClaimedFolder, OfAKilledProcessIsTakenOver) {
  const TemporaryFolder folder;
  const fs::path claimed = folder.path() / ".a.part-inwork";
  const auto leave = [&] {
    const pid_t child = ::fork();
    if (child == 0) {
      const ClaimedFolder theirs(claimed, "a");
      std::ofstream(theirs.path() / "half") << "x";
      ::_exit(0);  // without cleaning up
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ASSERT_TRUE(fs::exists(claimed / "half"));
  };
  leave();
  {
    const ClaimedFolder mine(claimed, "a");
    EXPECT_FALSE(fs::exists(claimed / "half"));
  }
  leave();
  EXPECT_EQ(worker_in(claimed), "");
  EXPECT_TRUE(remove_if_left(claimed));
  EXPECT_TRUE(folder.names().empty());
}

TEST(SpreadsheetText, FormulasBecomeTexts) {
  for (const char* text : {"=1+1", "@SUM(A1)", "+cmd", "-2+3", "\tx", "\rx", "+-1", "-"})
    EXPECT_EQ(spreadsheet_text(text), std::string("'") + text);
  for (const char* text : {"", "a", "-12", "+1.5", "-1e3", "1=1", "'=1"})
    EXPECT_EQ(spreadsheet_text(text), text);
}

}  // namespace
}  // namespace terramask::tests
