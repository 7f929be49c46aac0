// Model files cut and mutated at random: nothing but errors comes of them.
#include <gmock/gmock.h>

#include <algorithm>

#include "models/tiny.hpp"

namespace terramask {
namespace {

using ::testing::HasSubstr;
using tests::error_of;

class HostileModelFile : public ::testing::Test {
 protected:
  const tests::TemporaryFolder folder_ = tests::TemporaryFolder::in_memory();
};

TEST_F(HostileModelFile, CutShortAnywhereIsAnError) {
  save_model(folder_ / "whole", tests::tiny_info(), tests::tiny_parameters(), false);
  const std::string bytes = tests::read_file(folder_ / "whole");
  const std::string path = folder_ / "cut";
  tests::write_file(path, bytes.substr(0, bytes.size() - 4));
  const Error error = error_of([&] { load_model(path); });
  EXPECT_THAT(error.message(), HasSubstr("cut short: its tensors need"));
  EXPECT_EQ(error.remedy(), "copy it again");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    tests::write_file(path, bytes.substr(0, size));
    ASSERT_EQ(error_of([&] { load_model(path); }).code(), ErrorCode::format) << size;
  }
}

// SplitMix64, for mutations that are the same everywhere.
class Random {
 public:
  std::uint64_t operator()(std::uint64_t below) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
  }

 private:
  std::uint64_t state_ = 20240501;
};

std::string mutated(std::string bytes, Random& random) {
  for (std::uint64_t changes = 1 + random(3); changes > 0; --changes) {
    // Most of the changes where most can go wrong: in the header.
    const std::uint64_t reach = random(8) == 0 ? bytes.size() : std::min<std::uint64_t>(bytes.size(), 700);
    const auto at = static_cast<std::size_t>(random(reach));
    switch (random(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random(256));
        break;
      case 2:
        bytes[at] = "0123456789{}[]\",:-.eE\\ "[random(23)];
        break;
      case 3:
        bytes.erase(at, 1 + random(4));
        break;
      case 4:
        bytes.insert(at, bytes.substr(static_cast<std::size_t>(random(reach)), 1 + random(16)));
        break;
      default:
        bytes.resize(at);
    }
    if (bytes.empty()) bytes = "{";
  }
  return bytes;
}

TEST_F(HostileModelFile, MutationsThrowNothingButErrors) {
  save_model(folder_ / "whole", tests::tiny_info(), tests::tiny_parameters(), false);
  const std::string bytes = tests::read_file(folder_ / "whole");
  const std::string path = folder_ / "mutated";
  Random random;
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    tests::write_file(path, mutated(bytes, random));
    try {
      load_model(path);
      ++accepted;
    } catch (const Error& error) {
      ASSERT_TRUE(error.code() == ErrorCode::format || error.code() == ErrorCode::unsupported)
          << error.what();
      ASSERT_THAT(error.what(), HasSubstr(path));
    }
  }
  // Some change nothing but a weight or a name.
  EXPECT_LT(accepted, 1500);
}

}  // namespace
}  // namespace terramask
