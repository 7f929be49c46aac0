// In place of all else in this folder where ONNX's messages were not there to build with.
#include "terramask/onnx.hpp"

namespace terramask {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw Error(ErrorCode::unsupported, path + ": this build of Terramask was made without ONNX",
              "install libonnx-dev and libprotobuf-dev, and build it again");
}

}  // namespace

Model import_onnx(const std::string& path, const ImportOptions&) {
  refuse(path);
}

void export_onnx(const Model&, const std::string& path, const ExportOptions&) {
  refuse(path);
}

}  // namespace terramask
