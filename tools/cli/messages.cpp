#include "cli/messages.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <mutex>

#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tools {
namespace {

/// Writes to stderr: settings are named as options, and credentials that names of rasters may hold are left
/// out.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text = without_secrets(with_options({message.payload.data(), message.payload.size()}));
    spdlog::details::log_msg shown = message;
    shown.payload = text;
    spdlog::memory_buf_t line;
    formatter_->format(shown, line);
    tell({line.data(), line.size()});
  }
  void flush_() override {}
};

}  // namespace

void add_verbosity_options(CLI::App& app, Verbosity& verbosity) {
  CLI::Option* quiet = app.add_flag("-q,--quiet", verbosity.quiet, "Print errors only");
  app.add_flag("-v,--verbose", verbosity.verbose, "Print more: what was chosen, and why")->excludes(quiet);
}

void start_messages(const std::string& name, const Verbosity& verbosity) {
  auto logger = std::make_shared<spdlog::logger>("terramask", std::make_shared<Sink>());
  logger->set_pattern(name + ": %v");
  logger->set_level(verbosity.quiet     ? spdlog::level::err
                    : verbosity.verbose ? spdlog::level::debug
                                        : spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

ProgressSink progress_sink(const Verbosity& verbosity, ProgressBar& bar) {
  if (verbosity.quiet) return {};
  return [&bar](const Progress& progress) { bar.show(progress); };
}

}  // namespace terramask::tools
