// Where the tests find real imagery; they skip by name where it is not.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace terramask::tests {

inline std::filesystem::path shared_data(const std::string& relative) {
  return std::filesystem::path(TERRAMASK_SHARED_DIR) / relative;
}

}  // namespace terramask::tests

/// Skips the test, naming what is missing, where `path` (std::filesystem::path) is not there.
#define TERRAMASK_REQUIRE(path)                                                      \
  do {                                                                               \
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs " << (path).string(); \
  } while (false)
