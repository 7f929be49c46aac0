// Teams of threads: each has an end, also where one cannot start.
#include "core/team.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TERRAMASK_SANITIZED
#endif

namespace terramask::tests {
namespace {

/// What threads wait for.
class Gate {
 public:
  void open() {
    open_ = true;
    open_.notify_all();
  }
  void wait() const { open_.wait(false); }

 private:
  std::atomic<bool> open_{false};
};

/// Leaves this process addresses for the stacks of some threads.
void leave_room() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::uint64_t bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE)) + (40U << 20);
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_AS, &limit);
}

/// Runs `work` in a process of little room, which is ended where it waits for ever.
void expect_with_little_room(bool (*work)()) {
#ifdef TERRAMASK_SANITIZED
  (void)work;
  GTEST_SKIP() << "a sanitizer takes more addresses than a limit could leave";
#else
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    leave_room();
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
#endif
}

constexpr int most = 1000;

TEST(Team, AllOfItIsDoneWhenItIsJoined) {
  std::atomic<int> done{0};
  Team team;
  for (int i = 0; i < 5; ++i) team.start([&] { ++done; });
  team.join();
  EXPECT_EQ(done, 5);
  team.start([&] { ++done; });
  team.join();
  EXPECT_EQ(done, 6);
}

TEST(Team, WhatAThreadThrowsClosesTheOthersAndComesOutOfJoin) {
  Gate gate;
  Team team({}, [&] { gate.open(); });
  team.start([&] { gate.wait(); });
  team.start([] { throw std::bad_alloc(); });
  EXPECT_THROW(team.join(), std::bad_alloc);
  EXPECT_THROW(team.check(), std::bad_alloc);
}

TEST(Team, ItsEndClosesWhatItWaitsFor) {
  Gate gate;
  std::atomic<int> ended{0};
  {
    Team team({}, [&] { gate.open(); });
    for (int i = 0; i < 3; ++i)
      team.start([&] {
        gate.wait();
        ++ended;
      });
  }
  EXPECT_EQ(ended, 3);
}

TEST(Team, WhereAThreadCannotStartTheOthersEndAndTheLimitIsNamed) {
  expect_with_little_room([] {
    Gate gate;
    std::atomic<int> started{0}, ended{0};
    Team team("use fewer --workers", [&] { gate.open(); });
    try {
      for (; started < most; ++started)
        team.start([&] {
          gate.wait();
          ++ended;
        });
    } catch (const NoThread& error) {
      const std::string text = error.what();
      return started == ended && text.starts_with("no further thread could be started (limit of addresses") &&
             text.find("`ulimit -v`: ") != std::string::npos &&
             text.ends_with("; raise it, or use fewer --workers");
    }
    return false;
  });
}

TEST(Team, AThreadThatNeedNotStartLeavesTheOthersAlone) {
  expect_with_little_room([] {
    Gate gate;
    std::atomic<int> ended{0};
    Team team({}, [&] { gate.open(); });
    int started = 0;
    while (started < most && team.try_start([&] {
      gate.wait();
      ++ended;
    }))
      ++started;
    const bool waiting = ended == 0;
    gate.open();
    team.join();
    return waiting && started < most && started == ended;
  });
}

TEST(Together, EachThreadTakesWhatIsLeft) {
  std::atomic<int> next{0};
  std::vector<int> done(100);
  together(4, [&] {
    for (int i = next++; i < 100; i = next++) done[static_cast<std::size_t>(i)] = 1;
  });
  EXPECT_EQ(done, std::vector<int>(100, 1));
  EXPECT_THROW(together(3, [] { throw Error(ErrorCode::cancelled, "stopped"); }), Error);
}

TEST(Together, FewerThreadsDoItWhereTheSystemGivesNoMore) {
  expect_with_little_room([] {
    std::atomic<int> next{0}, done{0};
    together(most, [&] {
      while (next++ < 100) ++done;
    });
    return done == 100;
  });
}

TEST(Threads, AreTriedBeforeALibraryStartsThem) {
  EXPECT_EQ(startable_threads(8), 8U);
  require_threads(8, {});
  expect_with_little_room([] {
    const std::size_t few = startable_threads(most);
    if (few == 0 || few >= static_cast<std::size_t>(most)) return false;
    require_threads(few, {});
    try {
      require_threads(most, "use fewer --threads");
    } catch (const NoThread& error) {
      return std::string(error.what()).find("`ulimit -v`") != std::string::npos;
    }
    return false;
  });
}

TEST(ProcessLimits, AreNamedOnlyWhereThereAreAny) {
  expect_with_little_room([] {
    const auto limit = address_space_limit();
    return limit && memory_limit_note().find(std::to_string(*limit / 1024) + " KiB") != std::string::npos;
  });
  if (!address_space_limit()) {
    EXPECT_EQ(memory_limit_note(), "");
  }
}

}  // namespace
}  // namespace terramask::tests
