#!/usr/bin/env bash
# Terramask's CPU executor beside PyTorch on this machine: the same networks, the same threads, in turns, medians.
# Inference is one image of SIZE x SIZE; training a step of forward, cross-entropy, backward and Adam: U-Net of width 64
# on one patch of 512 x 512, the narrow networks on four of 256 x 256.
# usage: measurements/compare_pytorch.sh [build folder] (RUNS=5 THREADS=2 SIZE=512 TORCH_MODELS=.../torch_models.py)
set -euo pipefail
. "$(dirname "$0")/../tools/help.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
bench=${1:-$here/build/release}/bin/terramask-bench
models=${TORCH_MODELS:-$here/../shared/peers/torch_models.py}
runs=${RUNS:-5} threads=${THREADS:-2} size=${SIZE:-512}

[ -x "$bench" ] || { echo "there is no $bench; build first, or name the build folder" >&2; exit 1; }
# Debian's package belongs to the system's Python, which need not be the first in the path.
python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate && break; fi
done
if [ -z "$python" ]; then
  echo "SKIPPED: PyTorch is not installed (package python3-torch)"
  exit 0
fi
[ -f "$models" ] || { echo "SKIPPED: $models is not there (set TORCH_MODELS)"; exit 0; }

seconds() { python3 -c "import json, sys; print(json.loads(sys.stdin.readline())['seconds'])"; }
machine=$("$bench" --machine --threads "$threads")
echo "machine: $machine"
printf '%-16s %11s %11s %8s %10s   %s threads, fp32, medians of %s in turns\n' network PyTorch Terramask ratio \
  'of peak' "$threads" "$runs"
# As the bench of the PyTorch models has them: FCN-8s with 4096 channels behind its body. The sides take turns, each a
# process of its own with one run to warm up, so that what else the machine does falls on both alike.
while read -r name model width pixels batch mode options; do
  [ "$pixels" = SIZE ] && pixels=$size
  train=$([ "$mode" = train ] && echo --train || true)
  torch=() ours=()
  for ((run = 0; run < runs; ++run)); do
    # shellcheck disable=SC2086 # options are words
    torch+=("$("$python" "$models" bench --model "$model" --width "$width" --size "$pixels" --batch "$batch" \
      --threads "$threads" --runs 1 $train | seconds)")
    # shellcheck disable=SC2086
    line=$("$bench" --device cpu --threads "$threads" --model "$model" --width "$width" --patch "$pixels" \
      --batch "$batch" --runs 1 $train $options)
    ours+=("$(seconds <<<"$line")")
  done
  python3 - "$name" "$line" "$machine" "${torch[*]}" "${ours[*]}" <<'PRINT'
import json, statistics, sys
name, line, machine = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
torch, ours = (statistics.median(map(float, words.split())) for words in sys.argv[4:6])
share = line["gflop"] / ours / machine["fma_gflop_per_s"]
print(f"{name:<16} {torch:9.3f} s {ours:9.3f} s {torch / ours:7.2f}× {share:9.0%}", flush=True)
PRINT
done <<'TABLE'
U-Net-64 unet 64 SIZE 1 infer
U-Net-16 unet 16 SIZE 1 infer
SegNet-64 segnet 64 SIZE 1 infer
FCN-8s-64 fcn 64 SIZE 1 infer --fc 4096
U-Net-64,train unet 64 512 1 train
U-Net-16,train unet 16 256 4 train
SegNet-16,train segnet 16 256 4 train
FCN-8s-16,train fcn 16 256 4 train --fc 4096
TABLE
