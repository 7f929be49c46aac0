#!/usr/bin/env bash
# What is too long for tools/check.sh: other compilers, another Debian, builds without a part, sanitizers, clang-tidy, and the
# longest tests. A step that fails does not end the others; what each printed is in build/nightly/STEP.log.
#   tools/nightly.sh [STEP...]     (default: all, in this order)
#     tidy        clang-tidy over all files
#     clang-14    builds with Clang 14, warnings as errors; the suite; the same bits as GCC's (build/ci)
#     clang-19    the same with Clang 19
#     no-vulkan   builds without Vulkan; the suite
#     no-onednn   builds without oneDNN; the suite
#     no-mpi      builds without MPI; the suite
#     debian-13   both of the README's commands in a tree of it, and what it makes otherwise (needs root and debootstrap)
#     asan        the suite with the address and undefined-behaviour sanitizers
#     tsan        the tests of threads with the thread sanitizer
#     towns       seven drawn maps of each style, read by their legends
#     kills       a region whose process is killed, whose disk fills up and whose inputs go
# Exit status 1 where a step failed. All of it takes some hours on two cores.
set -euo pipefail
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

all=(tidy clang-14 clang-19 no-vulkan no-onednn no-mpi debian-13 asan tsan towns kills)
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=("${all[@]}")
for step in "${steps[@]}"; do
  [[ " ${all[*]} " == *" $step "* ]] || { echo "no step $step: ${all[*]}" >&2; exit 2; }
done

jobs=$(nproc)
# build FOLDER CMAKE_ARGUMENT...: the preset ci, in a folder of its own
build() {
  local folder=$1
  shift
  cmake --preset ci -B "$folder" "$@"
  cmake --build "$folder"
}
suite() { ctest --test-dir "$1" --output-on-failure -j "$jobs" --timeout 900 "${@:2}"; }
built() { [ -x build/ci/bin/terramask_ops_tests ] || build build/ci; }
clang() {
  # Debian holds one libomp at a time.
  if [ ! -e "/usr/lib/llvm-$1/lib/libomp.so" ] || ! command -v "clang++-$1" >/dev/null; then
    [ "$(id -u)" -eq 0 ] || { echo "missing: apt-get install clang-$1 libomp-$1-dev" >&2; return 1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "clang-$1" "libomp-$1-dev"
  fi
  build "build/clang-$1" -DCMAKE_C_COMPILER="clang-$1" -DCMAKE_CXX_COMPILER="clang++-$1" -DTERRAMASK_WERROR=ON
  suite "build/clang-$1"
  built
  scripts/compare_builds.py build/ci/bin "build/clang-$1/bin"
}
run_step() {
  case $1 in
  tidy) tools/tidy.sh ;;
  clang-*) clang "${1#clang-}" ;;
  no-vulkan) build build/no-vulkan -DTERRAMASK_VULKAN=OFF && suite build/no-vulkan ;;
  no-onednn) build build/no-onednn -DTERRAMASK_CPU=OFF && suite build/no-onednn ;;
  no-mpi) build build/no-mpi -DTERRAMASK_MPI=OFF && suite build/no-mpi ;;
  debian-13) tools/check_on.sh trixie ;;
  asan) tools/check.sh asan ;;
  tsan)
    cmake --preset tsan && cmake --build --preset tsan
    suite build/tsan -R '^(Thread|Tile|ServerTest|RegionDispatch|Ranks|SamplerTest|Segment)'
    ;;
  towns)
    built
    build/ci/bin/terramask_labels_tests --gtest_also_run_disabled_tests --gtest_filter='*SevenTowns*'
    ;;
  kills)
    built
    scripts/test_region_kills.py --terramask build/ci/bin/terramask --seed 5
    ;;
  esac
}

mkdir -p build/nightly
failed=0
for step in "${steps[@]}"; do
  began=$SECONDS
  status=passed
  # A subshell of its own: `set -e` holds in it, as it would not beside `||`.
  (set -e; run_step "$step") >"build/nightly/$step.log" 2>&1 & wait $! || status=FAILED
  [ $status = passed ] || failed=1
  printf '%-10s %s after %d min  (build/nightly/%s.log)\n' "$step" $status $(((SECONDS - began) / 60)) "$step"
done
exit $failed
