#include "core/team.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

namespace terramask {

Team::Team(std::string fewer, std::function<void()> close)
    : fewer_(std::move(fewer)), close_(std::move(close)) {}

Team::~Team() {
  end();
}

void Team::take_part(const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    close();
  }
}

void Team::start(std::function<void()> work) {
  try {
    threads_.emplace_back([this, work = std::move(work)] { take_part(work); });
  } catch (const std::system_error&) {
    const NoThread none(fewer_);  // before the others end: they may be what there is no room beside
    end();
    throw none;
  } catch (...) {
    end();
    throw;
  }
}

bool Team::try_start(std::function<void()> work) {
  try {
    threads_.emplace_back([this, work = std::move(work)] { take_part(work); });
    return true;
  } catch (const std::system_error&) {
    return false;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void Team::join() {
  wait();
  check();
}

void Team::end() noexcept {
  if (threads_.empty()) return;
  close();
  wait();
}

void Team::check() const {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

void Team::close() noexcept {
  if (close_) close_();
}

void Team::wait() noexcept {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void together(std::size_t count, const std::function<void()>& work) {
  Team team;
  for (std::size_t i = 1; i < count; ++i)
    if (!team.try_start(work)) break;
  team.take_part(work);
  team.join();
}

namespace {

/// Threads that wait, all at once, and their end.
class Probe {
 public:
  explicit Probe(std::size_t count) : names_(count) {}

  /// Returns how many of them started; what kept the next from it is in `why`.
  std::size_t run(const std::string& fewer, std::optional<NoThread>& why) {
    std::size_t started = 0;
    {
      Team team({}, [this] {
        over_ = true;
        over_.notify_all();
      });
      for (std::atomic<pid_t>& name : names_) {
        const bool more = team.try_start([this, &name] {
          name = static_cast<pid_t>(::syscall(SYS_gettid));
          over_.wait(false);
        });
        if (!more) {
          why.emplace(fewer);  // while the others run: beside them there was no room
          break;
        }
        ++started;
      }
    }
    // A thread that was joined is still counted until the system has put it away.
    const auto patience = Clock::now() + std::chrono::seconds(1);
    for (std::size_t i = 0; i < started; ++i)
      while (::syscall(SYS_tgkill, ::getpid(), names_[i].load(), 0) == 0 && Clock::now() < patience)
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    return started;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<std::atomic<pid_t>> names_;
  std::atomic<bool> over_{false};
};

}  // namespace

std::size_t startable_threads(std::size_t count) {
  std::optional<NoThread> ignored;
  return Probe(count).run({}, ignored);
}

void require_threads(std::size_t count, const std::string& fewer) {
  std::optional<NoThread> why;
  Probe(count).run(fewer, why);
  if (why) throw *why;
}

}  // namespace terramask
