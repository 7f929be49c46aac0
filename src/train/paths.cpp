#include "train/paths.hpp"

#include <fmt/format.h>

#include "core/output_place.hpp"
#include "terramask/output.hpp"

namespace terramask::train {

namespace fs = std::filesystem;

Paths::Paths(const std::string& output)
    : model(output),
      folder(fs::path(output).replace_extension(".training")),
      checkpoint(folder / "last.safetensors"),
      table(folder / "history.csv"),
      page(folder / "curves.html") {}

namespace {

void make_folder_of(const std::string& output) {
  std::error_code failed;
  check_working_folder(output);
  fs::create_directories(folder_of(output), failed);
  if (failed)
    throw Error(ErrorCode::io, fmt::format("{}: its folder cannot be made: {}", output, failed.message()),
                "name a model in a folder that can be written (`output`)");
}

}  // namespace

void check_outputs(const Paths& paths, const TrainOptions& options) {
  if (paths.model.extension() != ".safetensors")
    throw Error(ErrorCode::usage, options.output + ": a model file's name ends in .safetensors");
  if (options.resume && options.overwrite)
    throw Error(ErrorCode::usage,
                "`resume` continues, `overwrite` starts over: only one of them can be meant");
  if (!options.estimate_only) make_folder_of(options.output);
  // Checks whether the model can be written; existing files belong to the training or are checked below.
  if (fs::exists(folder_of(paths.model))) check_output(options.output, true, {});
  if (options.resume || options.overwrite) return;
  for (const fs::path& path : {paths.model, paths.checkpoint})
    if (is_taken(path.string()))
      throw Error(
          ErrorCode::exists, path.string() + " already exists",
          "`resume` continues that training, `overwrite` starts over, or name another model (`output`)");
}

}  // namespace terramask::train
