#!/usr/bin/env bash
# Installs what is missing, builds and runs the whole test suite.
#   tools/check.sh [PRESET]     PRESET: ci (default: the fastest build from nothing, several files at once); for developers
#                               release, debug, asan, tsan: a file at a time, warnings are errors
#   TERRAMASK_QGIS=1 installs QGIS too, for the tests that open in it what is written
set -euo pipefail
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."
preset=${1:-ci}

tools/install_packages.sh --tests ${TERRAMASK_QGIS:+--qgis}
tools/check_rooms.py
tools/check_messages.py
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)" --timeout 900
