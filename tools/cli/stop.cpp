#include "cli/stop.hpp"

#include <atomic>
#include <csignal>

namespace terramask::tools {
namespace {

// A signal handler reaches nothing but what is global.
StopFlag flag;
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int number) {
  received.store(number, std::memory_order_relaxed);
  flag.request();
}

}  // namespace

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  // The handler goes once it was called: the second signal ends the program. A read that was interrupted
  // goes on.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // mpirun hands this one on to its ranks and leaves them their time, and Slurm can send it before a job's
  // time is up.
  ::sigaction(SIGUSR1, &action, nullptr);
  // A terminal that closes stops the work; nohup has its way.
  struct sigaction before {};
  if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
    ::sigaction(SIGHUP, &action, nullptr);
}

const StopFlag& stop_flag() {
  return flag;
}

int stop_signal() {
  return received.load(std::memory_order_relaxed);
}

}  // namespace terramask::tools
