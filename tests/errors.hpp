// Errors that a call must throw.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "terramask/error.hpp"

namespace terramask::tests {

/// The Error that `call` throws; a failure of the test where it throws none.
template <class Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no Error was thrown";
  return Error(ErrorCode::internal, "none");
}

/// The call must throw this kind of error with all these words in its one line, and a remedy.
template <class Call>
void expect_error(Call&& call, ErrorCode code, const std::vector<std::string>& words) {
  const Error error = error_of(call);
  const std::string what = error.what();
  EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << what;
  EXPECT_FALSE(error.remedy().empty()) << what;
  EXPECT_EQ(what.find('\n'), std::string::npos) << what;
  for (const auto& word : words)
    EXPECT_NE(what.find(word), std::string::npos) << "'" << word << "' not in: " << what;
}

}  // namespace terramask::tests
