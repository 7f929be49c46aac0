// A setting of GDAL for one thread.
#pragma once

#include <cpl_conv.h>

#include <string>

namespace terramask::geo {

/// Holds while it lives; what was set before comes back.
class ThreadSetting {
 public:
  ThreadSetting(const char* name, const char* value) : name_(name) {
    const char* before = CPLGetThreadLocalConfigOption(name, nullptr);
    if (before != nullptr) before_ = before;
    had_ = before != nullptr;
    CPLSetThreadLocalConfigOption(name, value);
  }
  ~ThreadSetting() { CPLSetThreadLocalConfigOption(name_.c_str(), had_ ? before_.c_str() : nullptr); }
  ThreadSetting(const ThreadSetting&) = delete;
  ThreadSetting& operator=(const ThreadSetting&) = delete;

 private:
  std::string name_, before_;
  bool had_ = false;
};

}  // namespace terramask::geo
