#include "messages.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace terramask::tools {

void add_verbosity_options(CLI::App& app, Verbosity& verbosity) {
  CLI::Option* quiet = app.add_flag("-q,--quiet", verbosity.quiet, "Say nothing but errors");
  app.add_flag("-v,--verbose", verbosity.verbose, "Say more: what was chosen, and why")->excludes(quiet);
}

void start_messages(const std::string& name, const Verbosity& verbosity) {
  auto logger =
      std::make_shared<spdlog::logger>("terramask", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(name + ": %v");
  logger->set_level(verbosity.quiet     ? spdlog::level::err
                    : verbosity.verbose ? spdlog::level::debug
                                        : spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace terramask::tools
