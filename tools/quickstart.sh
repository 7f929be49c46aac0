#!/usr/bin/env bash
# From a fresh Debian 12 or 13 to a first map: installs what is missing, builds, segments the sample scene, and says where the
# mask and the picture are. Idempotent.
set -euo pipefail
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

tools/install_packages.sh
cmake --preset quickstart >/dev/null
cmake --build --preset quickstart

mkdir -p out
build/quickstart/bin/terramask segment sample_data/town.safetensors sample_data/ortho.tif \
  --ndsm sample_data/dsm.tif sample_data/dtm.tif -o out/town_mask.tif --picture out/town.png --overwrite

echo
echo "The mask:    $PWD/out/town_mask.tif   (open it in QGIS, or: gdalinfo out/town_mask.tif)"
echo "The picture: $PWD/out/town.png"
