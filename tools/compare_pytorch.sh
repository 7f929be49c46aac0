#!/usr/bin/env bash
# Terramask's CPU executor beside PyTorch on this machine: the same networks, the same threads, in turns, medians.
# usage: tools/compare_pytorch.sh [build folder] (RUNS=5 THREADS=2 SIZE=512 TORCH_MODELS=.../torch_models.py)
set -euo pipefail
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

field() { python3 -c "import json, sys; print(json.loads(sys.stdin.readline())['$1'])"; }

printf '%-22s %12s %12s %8s   %s threads, %s × %s, fp32, medians of %s\n' network PyTorch Terramask ratio \
  "$threads" "$size" "$size" "$runs"
# As the bench of the PyTorch models has them: FCN-8s with 4096 channels behind its body.
while read -r name model width options; do
  torch=$("$python" "$models" bench --model "$model" --width "$width" --size "$size" --threads "$threads" \
    --runs "$runs" | field seconds)
  # shellcheck disable=SC2086 # options are words
  ours=$("$bench" --device cpu --threads "$threads" --model "$model" --width "$width" --patch "$size" \
    --runs "$runs" $options | field seconds)
  python3 -c "print(f'{\"$name\":<22} {$torch:10.3f} s {$ours:10.3f} s {$torch / $ours:7.2f}×')"
done <<'TABLE'
U-Net-width-64 unet 64
U-Net-width-16 unet 16
SegNet-width-64 segnet 64
FCN-8s-width-64 fcn 64 --fc 4096
TABLE
