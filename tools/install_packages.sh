#!/usr/bin/env bash
# Installs what Terramask is built with, where it is missing (Debian 12, 13 and their relatives). Idempotent; with nothing
# missing it neither needs root nor the network.
#   tools/install_packages.sh [--tests] [--qgis]
#     --tests: what the suite needs too, PyTorch among it
#     --qgis:  QGIS too (1.1 GB), in which the tests open what is written; without it they skip
set -euo pipefail
. "$(dirname "$0")/help.sh"

packages=(
  g++ cmake ninja-build
  libgdal-dev gdal-bin libproj-dev libcurl4-openssl-dev libsqlite3-dev
  libdnnl-dev libvulkan-dev glslang-tools mesa-vulkan-drivers
  libosmium2-dev libexpat1-dev zlib1g-dev libbz2-dev libtiff-dev
  nlohmann-json3-dev libcli11-dev libfmt-dev libspdlog-dev libssl-dev
  libonnx-dev libprotobuf-dev protobuf-compiler
  libopenmpi-dev openmpi-bin
)
for option in "$@"; do
  case $option in
  --tests)
    packages+=(git libgtest-dev libgmock-dev vulkan-validationlayers python3-gdal python3-torch python3-yaml osmium-tool)
    ;;
  --qgis) packages+=(qgis python3-qgis) ;;
  *) echo "$0: no option $option" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

echo "installing: ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then as_root=(); elif command -v sudo >/dev/null; then as_root=(sudo); else
  echo "these packages are missing and you are not root: install them with: apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
