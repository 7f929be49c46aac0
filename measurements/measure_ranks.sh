#!/usr/bin/env bash
# What data-parallel training costs on this machine: a step of a U-Net of width 64 (124 MB of gradients) over two
# patches of 256 x 256, by one rank of two threads and by two ranks of one thread each, in turns, medians.
# usage: measurements/measure_ranks.sh [build folder] (RUNS=5 STEPS=6)
set -euo pipefail
. "$(dirname "$0")/../tools/help.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
terramask=${1:-$here/build/release}/bin/terramask
runs=${RUNS:-5} steps=${STEPS:-6}
[ -x "$terramask" ] || { echo "there is no $terramask; build first, or name the build folder" >&2; exit 1; }
command -v mpirun >/dev/null || { echo "SKIPPED: there is no mpirun (package openmpi-bin)"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
project() {  # BATCH
  cat >"$work/batch$1.json" <<JSON
{"version": 1,
 "images": [{"id": "town", "stack": [{"path": "$here/sample_data/ortho.tif"}],
             "labels": {"path": "$here/sample_data/labels.tif", "map": {"5": "water", "0-4": "land"}}}],
 "classes": [{"value": 0, "name": "land", "color": "#808080"}, {"value": 1, "name": "water", "color": "#0000ff"}],
 "allow_missing": ["land", "water"], "split": {"block_m": 32},
 "network": {"architecture": "unet", "width": 64, "depth": 4},
 "training": {"patch": 256, "batch": $1, "samples": $((2 * steps)), "epochs": 1}}
JSON
}
project 1
project 2
# Seconds a step, and the share of it that went into the sums of the gradients.
measure() {  # NAME BATCH THREADS LAUNCHER...
  local name=$1 batch=$2 threads=$3
  shift 3
  "$@" "$terramask" train "$work/batch$batch.json" -o "$work/$name.safetensors" --overwrite --threads "$threads" \
    >"$work/$name.out" 2>"$work/$name.err" || { cat "$work/$name.err" >&2; exit 1; }
  awk -F, -v steps="$steps" 'NR == 1 {for (i = 1; i <= NF; ++i) if ($i == "seconds") c = i} END {print $c / steps}' \
    "$work/$name.training/history.csv"
}
median() { sort -g | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }

as_root=()
[ "$(id -u)" -ne 0 ] || as_root=(--allow-run-as-root)
for ((run = 0; run < runs; ++run)); do
  measure one 2 2 >>"$work/one.steps"
  measure two 1 1 mpirun "${as_root[@]}" --oversubscribe -n 2 >>"$work/two.steps"
  tail -n 1 "$work/two.out"
done
one=$(median <"$work/one.steps") two=$(median <"$work/two.steps")
awk -v one="$one" -v two="$two" 'BEGIN {
  printf "1 rank x 2 threads: %.3f s a step; 2 ranks x 1 thread: %.3f s (%+.1f%%)\n", one, two, 100 * (two / one - 1)}'
