#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and runs the whole test suite.
#   tools/check.sh [PRESET]     PRESET: release (default), debug, asan, tsan
#   TERRAMASK_QGIS=1 installs QGIS too, for the tests that open in it what is written
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}

tools/install_packages.sh --tests ${TERRAMASK_QGIS:+--qgis}
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)" --timeout 900
