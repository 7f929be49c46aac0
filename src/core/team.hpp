// Threads that are started together. Each has an end: where one cannot start, and where one ends by an
// exception, the others are told to end, and who started them hears of it.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/process_limits.hpp"

namespace terramask {

class Team {
 public:
  /// @param fewer  how the program would start fewer threads: "use fewer `workers`"; may be empty
  /// @param close  ends what the threads wait for; called by any thread, perhaps more than once, while the
  ///               others run. May be empty where they wait for nothing.
  explicit Team(std::string fewer = {}, std::function<void()> close = {});
  /// Closes and waits for all. What threads have thrown and nobody asked for is lost.
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Throws NoThread, or std::bad_alloc, after the others were closed and have ended.
  void start(std::function<void()> work);
  /// False where no further thread can be started: the others go on.
  bool try_start(std::function<void()> work);
  /// Has this thread do `work` as one of them: what it throws comes out of `join`.
  void take_part(const std::function<void()>& work) noexcept;

  /// Waits for all. Throws what the first of them threw.
  void join();
  /// Closes and waits for all; throws nothing.
  void end() noexcept;
  /// Throws what a thread threw, where one has.
  void check() const;

 private:
  void close() noexcept;
  void wait() noexcept;

  std::string fewer_;
  std::function<void()> close_;
  mutable std::mutex mutex_;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

/// Has `work` done by up to `count` threads, this one among them, and by fewer where the system gives no
/// more: for work of which each thread takes what is left. Throws what the first of them threw, once all have
/// ended.
void together(std::size_t count, const std::function<void()>& work);

/// How many of `count` threads could run now, besides those that do.
std::size_t startable_threads(std::size_t count);

/// For threads that a library starts, which would end the process or wait for ever where one cannot start:
/// throws NoThread where `count` of them could not.
void require_threads(std::size_t count, const std::string& fewer);

}  // namespace terramask
