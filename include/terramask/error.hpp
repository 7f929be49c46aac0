// The one exception of the library. The command line prints it; nothing else in the library prints or exits.
#pragma once

#include <stdexcept>
#include <string>

namespace terramask {

/// What went wrong, coarse enough to act on. `usage` and `exists` mean the call was wrong (exit status 2);
/// all others mean the work failed (exit status 1).
enum class ErrorCode {
  usage,          ///< an invalid option or argument
  exists,         ///< an output exists already
  not_found,      ///< a file, device or name that does not exist
  format,         ///< a file that is damaged, hostile or not what it claims
  mismatch,       ///< two inputs that do not match (model and raster, shape and operator)
  unsupported,    ///< valid, but not supported by this build or device
  io,             ///< reading or writing failed
  out_of_memory,  ///< host or device memory ran out
  device_lost,    ///< the device stopped answering
  cancelled,      ///< stopped on request
  diverged,       ///< a training whose loss is no longer finite
  internal,       ///< a broken invariant: a defect of Terramask
};

/// An error names the file (or option), the cause and the remedy.
class Error : public std::runtime_error {
 public:
  /// @param message what happened and where: "ortho.tif: truncated at byte 8192"
  /// @param remedy  what the user can do; may be empty: "copy the file again"
  Error(ErrorCode code, const std::string& message, std::string remedy = {})
      : std::runtime_error(remedy.empty() ? message : message + "; " + remedy),
        code_(code),
        message_(message),
        remedy_(std::move(remedy)) {}

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  ErrorCode code_;
  std::string message_;
  std::string remedy_;
};

}  // namespace terramask
