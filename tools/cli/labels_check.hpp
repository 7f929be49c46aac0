// `terramask labels --check` and `--align`: whether labels lie on what they name, and labels moved there.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/messages.hpp"
#include "common/device_options.hpp"

namespace terramask::tools {

struct LabelsCheckArguments {
  std::string check, align;  ///< the labels; one of the two, or neither: nothing of this is wanted
  std::string classes;
  std::vector<int> ignore;
  std::vector<std::string> ndsm;  ///< surface and terrain, for the model
  std::string model, csv, gpkg, html;
  std::int64_t block = 256, reach = 16, pictures = 12, listed = 10;
  std::string mode = "smooth";
  DeviceArguments device;

  bool wanted() const { return !check.empty() || !align.empty(); }
};

/// What the call says besides, shared with making labels from rules.
struct LabelsCheckCall {
  std::string like, crs, output;
  std::vector<std::string> creation_options;
  bool overwrite = false;
  Verbosity verbosity;
};

void add_labels_check_options(CLI::App& app, LabelsCheckArguments& arguments);

/// Checks every output before the first pixel is read. @return the exit status
int run_labels_check(const LabelsCheckArguments& arguments, const LabelsCheckCall& call);

}  // namespace terramask::tools
