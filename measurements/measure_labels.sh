#!/usr/bin/env bash
# Labels from a large .osm.pbf, its nodes and ways spilt to disk: rate and memory, and that the same map out of order is
# refused. Needs osmium-tool and GNU time.
#   measurements/measure_labels.sh TERRAMASK FOLDER [TOWNS]     50 towns: 7 million nodes, 60 MB
set -euo pipefail
. "$(dirname "$0")/../tools/help.sh"

terramask=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
cd "$folder"

if [ ! -e towns.osm.pbf ]; then
  "$here/../scripts/large_osm.py" towns.opl --towns "${3:-50}"
  osmium cat --no-progress towns.opl -o unordered.osm.pbf
  osmium sort --no-progress towns.opl -o sorted.osm.pbf
  osmium renumber --no-progress sorted.osm.pbf -o towns.osm.pbf
  rm towns.opl sorted.osm.pbf
fi
ls -l --block-size=1 towns.osm.pbf
# 100 km² around the first town, at half a metre
[ -e image.tif ] || gdal_create -q -of GTiff -ot Byte -bands 1 -outsize 20000 20000 -a_srs EPSG:32632 \
  -a_ullr 438200 5238200 448200 5228200 -co COMPRESS=DEFLATE -co TILED=YES image.tif

for memory in 16M 2G; do
  echo "== --max-memory $memory"
  /usr/bin/time -f "%e s wall, %U s user, %S s system, peak %M kB" \
    "$terramask" labels "$here/../rules/landcover.json" --source osm=towns.osm.pbf --like image.tif -o labels.tif \
    --overwrite --max-memory "$memory" --cache 64M 2> messages.txt | grep -E "road|building|read in"
  tail -n 1 messages.txt
  sha256sum labels.tif
done

echo "== out of order"
if "$terramask" labels -q "$here/../rules/landcover.json" --source osm=unordered.osm.pbf --like image.tif \
  -o labels.tif --overwrite; then
  echo "the unordered file was taken" >&2
  exit 1
fi
