// A GDAL configuration option for one thread.
#pragma once

#include <cpl_conv.h>

#include <string>

namespace terramask::geo {

/// Set during its lifetime; the previous value is restored.
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
