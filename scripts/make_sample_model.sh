#!/usr/bin/env bash
# Makes sample_data/town.safetensors: generates towns, trains a small U-Net on red, green, blue and nDSM, and measures it on
# the sample scene and on a larger town, neither of which it has seen. The same build on the same processor gives the same bytes.
#   scripts/make_sample_model.sh [BUILD FOLDER]     default: build/release
set -euo pipefail
. "$(dirname "$0")/../tools/help.sh"
cd "$(dirname "$0")/.."
terramask=${1:-build/release}/bin/terramask
work=out/sample_model
rm -rf "$work" && mkdir -p "$work"

# Towns side by side, 384 m each. The last one is for validation.
seeds=(101 102 103 104 105 106 107 108)
for i in "${!seeds[@]}"; do
  "$terramask" scene -q -o "$work/${seeds[i]}" --seed "${seeds[i]}" --size 768 --origin $((452000 + 384 * i)),5412000
done
"$terramask" scene -q -o "$work/unseen" --seed 201 --size 1024
gdalbuildvrt -q "$work/dsm.vrt" "$work"/10?/dsm.tif
gdalbuildvrt -q "$work/dtm.vrt" "$work"/10?/dtm.tif

"$terramask" init "$work"/10?/ortho.tif --labels "$work"/10?/labels.tif --ndsm "$work/dsm.vrt" "$work/dtm.vrt" \
  -o "$work/town.json"
python3 - "$work/town.json" <<'PROJECT'
import json, sys
path = sys.argv[1]
project = json.load(open(path))
project['pixel_size_m'] = 0.5
project['split'] = {'method': 'file', 'fractions': [0.85, 0.15, 0]}
for image in project['images']:
    image['part'] = 'training'
project['images'][-1]['part'] = 'validation'
project['network'] |= {'width': 8, 'depth': 3}
project['training'] |= {'patch': 128, 'batch': 8, 'epochs': 16, 'samples': 640, 'learning_rate': 4e-3,
                        'schedule': 'one_cycle', 'seed': 1}
json.dump(project, open(path, 'w'), indent=2)
PROJECT
"$terramask" train "$work/town.json" -o "$work/town.safetensors" --device cpu --threads 2

for scene in sample_data "$work/unseen"; do
  "$terramask" evaluate --model "$work/town.safetensors" "$scene/ortho.tif" --ndsm "$scene/dsm.tif" "$scene/dtm.tif" \
    --reference "$scene/labels.tif" --device cpu --html "$work/$(basename "$scene").html"
done
cp "$work/town.safetensors" sample_data/town.safetensors
