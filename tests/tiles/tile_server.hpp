// hostile_server.py as a child process.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace terramask::tests {

/// Serves `root`/z/x/y.png until it goes.
class TileServer {
 public:
  explicit TileServer(const std::filesystem::path& root) : root_(root), log_(root.string() + ".log") {
    int ends[2];
    if (::pipe(ends) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      const std::string script = std::string(TERRAMASK_SOURCE_DIR) + "/tests/tiles/hostile_server.py";
      ::execlp("python3", "python3", script.c_str(), root_.c_str(), log_.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    char line[16] = {};
    std::size_t used = 0;
    while (used + 1 < sizeof line && ::read(ends[0], line + used, 1) == 1 && line[used] != '\n') ++used;
    ::close(ends[0]);
    port_ = std::atoi(line);
  }
  ~TileServer() { stop(); }
  TileServer(const TileServer&) = delete;
  TileServer& operator=(const TileServer&) = delete;

  void stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  bool running() const { return port_ > 0; }
  /// "http://127.0.0.1:PORT"
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// What becomes of tiles, as JSON: {"3/1/2": ["500", "ok"]}.
  void rules(const std::string& json) const {
    std::ofstream(root_ / "rules.new") << json;
    std::filesystem::rename(root_ / "rules.new", root_ / "rules.json");
  }

  struct Request {
    double time = 0;
    int under_way = 0;
    std::string path, outcome, agent;
  };
  std::vector<Request> requests() const {
    std::vector<Request> found;
    std::ifstream log(log_);
    for (std::string line; std::getline(log, line);) {
      Request one;
      std::istringstream words(line);
      words >> one.time >> one.under_way >> one.path >> one.outcome;
      std::getline(words >> std::ws, one.agent);
      found.push_back(one);
    }
    return found;
  }
  std::size_t count() const { return requests().size(); }

 private:
  std::filesystem::path root_;
  std::string log_;
  int process_ = -1;
  int port_ = 0;
};

}  // namespace terramask::tests
