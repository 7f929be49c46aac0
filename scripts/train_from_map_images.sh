#!/usr/bin/env bash
# Trains a road model on nothing but photographs and pictures of a map of the same places, and judges it by the map of
# places it has not seen. Each JPEG of the folder holds a photograph on its left half and a map on its right.
# Every sixth image is for the test alone; of the others every seventh is for validation, which chooses the epoch and the
# threshold. The model sees the photographs at half their resolution; it is judged at their own.
#   scripts/train_from_map_images.sh [FOLDER] [WORK]     default: ../shared/data/maps_google out/map_images
#   TERRAMASK=build/release/bin/terramask THREADS=2 EPOCHS=60 WIDTH=16 PATCH=160 RULES=rules/google_map.json
set -euo pipefail
. "$(dirname "$0")/../tools/help.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
pairs=${1:-$here/../shared/data/maps_google}
work=${2:-$here/out/map_images}
terramask=${TERRAMASK:-$here/build/release/bin/terramask}
rules=${RULES:-$here/rules/google_map.json}
threads=${THREADS:-2} epochs=${EPOCHS:-60} width=${WIDTH:-16} patch=${PATCH:-160}

[ -x "$terramask" ] || { echo "there is no $terramask; build first, or set TERRAMASK" >&2; exit 1; }
mapfile -t names < <(cd "$pairs" && ls -- *.jpg | sed 's/\.jpg$//' | sort -n)
[ ${#names[@]} -ge 12 ] || { echo "$pairs: ${#names[@]} JPEGs; give a folder with at least 12" >&2; exit 1; }
rm -rf "$work" && mkdir -p "$work"/{photo,map,labels}

echo "labels from ${#names[@]} maps by $(basename "$rules")"
for name in "${names[@]}"; do
  gdal_translate -q -srcwin 0 0 600 600 "$pairs/$name.jpg" "$work/photo/$name.png"
  gdal_translate -q -srcwin 600 0 600 600 "$pairs/$name.jpg" "$work/map/$name.png"
  "$terramask" labels "$rules" --source "map=$work/map/$name.png" --like "$work/photo/$name.png" \
    -o "$work/labels/$name.tif" 2>>"$work/labels.err" | tee -a "$work/labels.txt" >/dev/null
done
python3 - "$work/labels.txt" <<'SHARES'
import re, sys
lines = [line for line in open(sys.argv[1]) if 'colours of the legend' in line]
shares = [[float(v) for v in re.findall(r'([\d.]+)%', line)] for line in lines]
names = ['colours of the legend', 'edges between them', 'colours without a class', 'unexplained',
         'withdrawn beside lettering', 'left without a class']
for k, name in enumerate(names):
    values = [share[k] for share in shares]
    print(f'  {name:<27} {sum(values) / len(values):6.2f}%   at most {max(values):6.2f}% of an image')
SHARES

# Eight of them side by side: photograph, map, labels.
python3 - "$work" "${names[@]:0:8}" <<'PICTURE'
import subprocess, sys
work, names = sys.argv[1], sys.argv[2:]
bands = {band: [] for band in (1, 2, 3)}
for k, name in enumerate(names):
    subprocess.run(['gdal_translate', '-q', '-expand', 'rgb', f'{work}/labels/{name}.tif', f'{work}/labels/{name}.png'],
                   check=True)
    x, y = k % 2 * 1820, k // 2 * 610
    for column, folder in enumerate(('photo', 'map', 'labels')):
        for band in bands:
            bands[band].append(
                f'<SimpleSource><SourceFilename>{work}/{folder}/{name}.png</SourceFilename><SourceBand>{band}</SourceBand>'
                f'<SrcRect xOff="0" yOff="0" xSize="600" ySize="600"/>'
                f'<DstRect xOff="{x + column * 605}" yOff="{y}" xSize="600" ySize="600"/></SimpleSource>')
rasters = ''.join(f'<VRTRasterBand dataType="Byte" band="{b}">{"".join(s)}</VRTRasterBand>' for b, s in bands.items())
open(f'{work}/eight.vrt', 'w').write(f'<VRTDataset rasterXSize="3630" rasterYSize="2430">{rasters}</VRTDataset>')
subprocess.run(['gdal_translate', '-q', '-of', 'PNG', f'{work}/eight.vrt', f'{work}/eight.png'], check=True)
PICTURE
echo "  $work/eight.png: look at it"

test=() training=() validation=()
for i in "${!names[@]}"; do
  if ((i % 6 == 5)); then test+=("${names[i]}")
  elif ((i % 7 == 3)); then validation+=("${names[i]}")
  else training+=("${names[i]}"); fi
done
echo "training on ${#training[@]} images, validation on ${#validation[@]}, test on ${#test[@]}: ${test[*]}"
learn=("${training[@]}" "${validation[@]}")
"$terramask" init $(printf "$work/photo/%s.png " "${learn[@]}") --labels $(printf "$work/labels/%s.tif " "${learn[@]}") \
  --map '0|2|3=background,1=road' -o "$work/roads.json" -q
python3 - "$work/roads.json" "$epochs" "$width" "$patch" "${validation[@]}" <<'PROJECT'
import json, sys
path, validation = sys.argv[1], sys.argv[5:]
epochs, width, patch = map(int, sys.argv[2:5])
project = json.load(open(path))
project['pixel_size_m'] = 2.0  # the photographs' are called 1 m: nobody knows what they are
project['split'] = {'method': 'file', 'fractions': [0.85, 0.15, 0]}
for image in project['images']:
    image['pixel_size_m'] = 1.0
    image['part'] = 'validation' if image['id'] in validation else 'training'
project['network'] |= {'width': width, 'depth': 4}
project['training'] |= {'patch': patch, 'batch': 4, 'epochs': epochs, 'samples': 240, 'learning_rate': 2e-3,
                        'class_weights': [1, 3], 'schedule': 'one_cycle', 'seed': 1, 'workers': 1}
project['training']['augment'] |= {'brightness': 0.15, 'contrast': 0.2}
json.dump(project, open(path, 'w'), indent=2)
PROJECT
"$terramask" train "$work/roads.json" -o "$work/roads.safetensors" --device cpu --threads "$threads"

judge() {  # PART OPTIONS... NAMES...
  local part=$1 options=()
  shift
  while [[ ${1:-} == --* ]]; do options+=("$1"); shift; done
  "$terramask" evaluate --model "$work/roads.safetensors" $(printf "$work/photo/%s.png " "$@") --pixel-size 1 \
    --reference $(printf "$work/labels/%s.tif " "$@") --map 2=background --map 3=background --class road \
    "${options[@]}" --device cpu --threads "$threads" --json "$work/$part.json" --html "$work/$part.html" \
    --overwrite -q
}
judge validation --store-threshold "${validation[@]}"
judge test "${test[@]}"
python3 - "$work" <<'SCORES'
import json, sys
for part in ('validation', 'test'):
    scores = json.load(open(f'{sys.argv[1]}/{part}.json'))['all']
    road = next(c for c in scores['classes'] if c['name'] == 'road')
    print(f"{part:<10}  F1 {road['f1']:.3f}  precision {road['precision']:.3f}  recall {road['recall']:.3f}  "
          f"IoU {road['iou']:.3f}  accuracy {scores['overall_accuracy']:.3f}  "
          f"(background alone: {scores['base_accuracy']:.3f})")
SCORES
