// Ctrl-C, SIGTERM, SIGUSR1 and a closed terminal as a wish to stop.
#pragma once

#include "terramask/progress.hpp"

namespace terramask::tools {

/// From now on SIGINT, SIGTERM, SIGUSR1 and SIGHUP (where it is heeded) request a stop instead of ending the
/// program; the second one ends it at once.
void stop_on_signals();

/// Requested by the first of these signals.
const StopFlag& stop_flag();

/// The signal that was received; 0 where none was.
int stop_signal();

}  // namespace terramask::tools
