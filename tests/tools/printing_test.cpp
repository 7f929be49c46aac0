// What cannot be written is dropped.
#include "common/printing.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "common/command.hpp"
#include "common/progress_bar.hpp"

namespace terramask::tests {
namespace {

std::unique_ptr<std::FILE, int (*)(std::FILE*)> full_disk() {
  return {std::fopen("/dev/full", "w"), &std::fclose};
}

TEST(Printing, WhatAStreamDoesNotTakeIsDropped) {
  const auto full = full_disk();
  ASSERT_NE(full, nullptr);
  tools::tell("a message\n", full.get());
  EXPECT_NE(std::ferror(full.get()), 0);
  tools::tell("another\n", full.get());
}

TEST(Printing, ProgressIsDroppedToo) {
  const auto full = full_disk();
  ASSERT_NE(full, nullptr);
  for (const auto style : {tools::ProgressBar::Style::terminal, tools::ProgressBar::Style::log}) {
    tools::ProgressBar bar("a.tif: ", style, full.get());
    for (std::uint64_t done = 0; done <= 100; ++done)
      bar.show({.phase = "segmenting", .unit = "pixels", .done = done, .total = 100},
               tools::ProgressBar::Clock::time_point{} + std::chrono::seconds(done));
    bar.finish();
  }
}

TEST(Failures, AThreadThatCannotStartIsNoDefect) {
  try {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again), "thread");
  } catch (...) {
    const tools::Failure failure = tools::current_failure();
    EXPECT_EQ(failure.status, 1);
    EXPECT_FALSE(failure.defect);
    EXPECT_TRUE(failure.message.starts_with("no further thread could be started (")) << failure.message;
  }
  try {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument), "lock");
  } catch (...) {
    EXPECT_TRUE(tools::current_failure().defect);
  }
}

}  // namespace
}  // namespace terramask::tests
