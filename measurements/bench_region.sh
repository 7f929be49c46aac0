#!/usr/bin/env bash
# Measures `terramask region` with a model of no cost: 8-bit RGB in tiled, JPEG-compressed GeoTIFFs, without resampling,
# rescaled in the same CRS, and reprojected.
#   measurements/bench_region.sh [FOLDER]      FOLDER: inputs are made here once, and kept (default: a temporary one)
# Environment: BIN (build/release/bin), SIDE (pixels of an input, 4096), WORKERS (2), RUNS (3), OPTIONS (of terramask region)
set -euo pipefail
. "$(dirname "$0")/../tools/help.sh"

here=$(cd "$(dirname "$0")/.." && pwd)
bin=${BIN:-$here/build/release/bin}
side=${SIDE:-4096}
runs=${RUNS:-3}
read -r -a options <<<"${OPTIONS:-}"
if [ $# -gt 0 ]; then
  folder=$1
  mkdir -p "$folder"
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi

if [ ! -e "$folder/in/3.tif" ]; then
  "$bin/terramask" scene -o "$folder/town" --seed 5 --size "$side" -q
  mkdir -p "$folder/in"
  for i in 0 1 2 3; do
    # Four copies, two beside two.
    x=$((452000 + (i % 2) * side / 2)) y=$((5412000 - (i / 2) * side / 2))
    gdal_translate -q -a_ullr $x $y $((x + side / 2)) $((y - side / 2)) -co TILED=YES -co BLOCKXSIZE=512 \
      -co BLOCKYSIZE=512 -co COMPRESS=JPEG -co PHOTOMETRIC=YCBCR "$folder/town/ortho.tif" "$folder/in/$i.tif"
  done
  "$here/scripts/make_random_model.py" "$folder/linear.safetensors"
fi

measure() { # name, options: the run of median speed
  local name=$1 line lines=()
  shift
  for _ in $(seq "$runs"); do
    rm -rf "$folder/out"
    line=$("$bin/terramask" region "$folder/linear.safetensors" "$folder/in/*.tif" -o "$folder/out" --device cpu \
      --workers "${WORKERS:-2}" "$@" "${options[@]}" 2>/dev/null | grep -E 'Mpx/s|device idle' | tr -s ' \n' ' ')
    lines+=("$(sed -E 's/.*\(([0-9.e+]+) Mpx\/s.*/\1/' <<<"$line") $line")
  done
  line=$(printf '%s\n' "${lines[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p")
  printf '%-14s %s\n' "$name" "${line#* }"
}

measure "as it is"
measure "rescaled" --grid-pixel-size 0.6
measure "reprojected" --grid-crs EPSG:3857
