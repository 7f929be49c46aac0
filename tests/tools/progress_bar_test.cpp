#include "common/progress_bar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace terramask::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using tools::ProgressBar;

/// What a bar printed.
class Stream {
 public:
  Stream() : file_(::open_memstream(&text_, &size_)) {}
  ~Stream() {
    std::fclose(file_);
    std::free(text_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  std::FILE* file() { return file_; }
  std::string text() {
    std::fflush(file_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

Progress pixels(std::uint64_t done) {
  return {.phase = "segmenting", .unit = "pixels", .done = done, .total = 10'000'000};
}

TEST(ProgressBar, ShortWorkHasOneLineInALog) {
  Stream stream;
  ProgressBar bar("a.tif: ", ProgressBar::Style::log, stream.file());
  const ProgressBar::Clock::time_point begin{};
  for (int i = 0; i <= 100; ++i)
    bar.show(pixels(static_cast<std::uint64_t>(i) * 100'000), begin + milliseconds(50 * i));
  EXPECT_EQ(stream.text(), "a.tif: segmenting 100%  10.0 of 10.0 Mpx  2 Mpx/s\n");
}

TEST(ProgressBar, ALogHasALineInTenSeconds) {
  Stream stream;
  ProgressBar bar("a.tif: ", ProgressBar::Style::log, stream.file());
  const ProgressBar::Clock::time_point begin{};
  for (int i = 0; i <= 100; ++i)
    bar.show(pixels(static_cast<std::uint64_t>(i) * 100'000), begin + milliseconds(250 * i));
  const std::string text = stream.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  EXPECT_NE(text.find("a.tif: segmenting  40%  4.0 of 10.0 Mpx  0.4 Mpx/s  15.0 s left\n"), std::string::npos)
      << text;
}

TEST(ProgressBar, PhasesOfManyFilesDoNotFloodALog) {
  Stream stream;
  ProgressBar bar("", ProgressBar::Style::log, stream.file());
  ProgressBar::Clock::time_point now{};
  for (int file = 0; file < 100; ++file) {
    bar.relabel(std::to_string(file) + ": ");
    for (const char* phase : {"segmenting", "verifying"})
      for (std::uint64_t done = 0; done <= 10; done += 5)
        bar.show({.phase = phase, .unit = "pixels", .done = done, .total = 10}, now += milliseconds(50));
  }
  const std::string text = stream.text();  // thirty seconds, two phases
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6) << text;
}

TEST(ProgressBar, SlowWorkSpeaksEveryTenSeconds) {
  Stream stream;
  ProgressBar bar("", ProgressBar::Style::log, stream.file());
  const ProgressBar::Clock::time_point begin{};
  for (int i = 0; i < 60; ++i) bar.show(pixels(static_cast<std::uint64_t>(i) * 1000), begin + seconds(i));
  const std::string text = stream.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;
}

TEST(ProgressBar, ATerminalIsDrawnOverAndLeftClean) {
  Stream stream;
  {
    ProgressBar bar("a.tif: ", ProgressBar::Style::terminal, stream.file());
    const ProgressBar::Clock::time_point begin{};
    for (int i = 0; i <= 1000; ++i)
      bar.show(pixels(static_cast<std::uint64_t>(i) * 10'000), begin + milliseconds(i));
    bar.show({.phase = "verifying", .unit = "pixels", .done = 0, .total = 10}, begin + seconds(2));
  }
  const std::string text = stream.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  const auto draws = std::count(text.begin(), text.end(), '\r');
  EXPECT_GE(draws, 10);
  EXPECT_LE(draws, 14);
  EXPECT_NE(text.find("segmenting [========================] 100%"), std::string::npos) << text;
  EXPECT_EQ(text.back(), '\n');
}

TEST(ProgressBar, NothingIsDividedByNothing) {
  Stream stream;
  ProgressBar bar("", ProgressBar::Style::log, stream.file());
  bar.show({.phase = "thinking", .unit = "", .done = 0, .total = 0});
  bar.show({.phase = "empty", .unit = "pixels", .done = 0, .total = 0});
  EXPECT_EQ(stream.text().find("nan"), std::string::npos);
}

}  // namespace
}  // namespace terramask::tests
