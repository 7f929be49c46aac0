#include "geo/base/working_folder.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/output.hpp"

namespace terramask {

void write_report(const std::string& path, const std::string& text, bool overwrite) {
  check_output(path, overwrite, {});
  geo::WorkingFolder folder(path);
  geo::write_finished(folder, text);
  folder.put_in_place(overwrite);
}

}  // namespace terramask
