#!/usr/bin/env bash
# Does Terramask build and pass on another Debian? Makes a tree of it with debootstrap, runs the README's two commands in it
# as a newcomer would, on a copy of this working tree, and reports times, versions, the suite's count, and what the two
# builds make differently.
#   tools/check_on.sh SUITE [COMMAND...]     SUITE: bookworm, trixie, ...
#     COMMAND: any of quickstart, check, compare (default: all three, in this order)
#     compare: scripts/compare_builds.py here and there (here: BIN, by default build/ci/bin)
# Environment: TREES, where the trees are kept (build/trees; a tree is made once, its packages stay installed; remove it
# for a fresh one), MIRROR (debootstrap's own), COMPILER (a package such as clang-19: builds there with it).
# Needs root and the package debootstrap. The tree takes about 5 GB.
set -euo pipefail
. "$(dirname "$0")/help.sh"
cd "$(dirname "$0")/.."

suite=${1:?name a suite: bookworm, trixie, ...}
shift
commands=("$@")
[ ${#commands[@]} -gt 0 ] || commands=(quickstart check compare)
for command in "${commands[@]}"; do
  case $command in quickstart | check | compare) ;; *) echo "no command $command: quickstart, check, compare" >&2; exit 2 ;; esac
done
[ "$(id -u)" -eq 0 ] || { echo "debootstrap and chroot need root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }

mkdir -p "${TREES:=build/trees}"
tree=$(realpath "$TREES")/$suite
shared=$(realpath -m ../shared)
bin=${BIN:-build/ci/bin}

if [ ! -e "$tree/.made" ]; then
  rm -rf "$tree"
  debootstrap --variant=minbase "$suite" "$tree" ${MIRROR:+"$MIRROR"} >"$tree.log" 2>&1 ||
    { tail -3 "$tree.log" >&2; echo "debootstrap failed: see $tree.log" >&2; exit 1; }
  touch "$tree/.made"
fi

# The sources as they stand here, without what was built; what the tree has built stays.
here=$tree/terramask/main
mkdir -p "$here" "$tree/terramask/shared"
find "$here" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
git ls-files -z --cached --others --exclude-standard | xargs -0 -r ls -d 2>/dev/null |
  tar -c --files-from=- | tar -x -C "$here"
cp /etc/resolv.conf "$tree/etc/" 2>/dev/null || true

# Runs a command in the tree; mounts are seen by it alone, and go with it.
inside() {
  unshare --mount --propagation private bash -euc '
    tree=$1 shared=$2
    shift 2
    mount -t proc proc "$tree/proc"
    mount --rbind /dev "$tree/dev"
    mount -t sysfs -o ro sysfs "$tree/sys"
    mount -t tmpfs tmpfs "$tree/tmp"
    if [ -d "$shared" ]; then mount --bind -o ro "$shared" "$tree/terramask/shared"; fi
    exec chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
  ' _ "$tree" "$shared" bash -euc "cd /terramask/main; $*"
}

compiler=
if [ -n "${COMPILER:-}" ]; then
  inside "apt-get update -qq && apt-get install -y -qq --no-install-recommends $COMPILER libomp-${COMPILER##*-}-dev >/dev/null"
  compiler="export CC=$COMPILER CXX=${COMPILER/clang/clang++};"
fi

for command in "${commands[@]}"; do
  log=$tree.$command.log
  began=$SECONDS
  status=0
  case $command in
  quickstart | check) inside "$compiler tools/$command.sh" >"$log" 2>&1 || status=$? ;;
  compare)
    inside "/usr/bin/python3 scripts/compare_builds.py --record /terramask/there.json build/ci/bin" >"$log" 2>&1 || status=$?
    [ $status -ne 0 ] || scripts/compare_builds.py "$bin" "$tree/terramask/there.json" >"$log" 2>&1 || status=$?
    ;;
  esac
  echo "== $suite: $command: exit status $status after $((SECONDS - began)) s (all of it: $log)"
  case $command in
  quickstart) tail -2 "$log" ;;
  check) grep -E 'tests passed|^[[:space:]]+[0-9]+ - |Skipped|Failed' "$log" | tail -60 ;;
  compare) cat "$log" ;;
  esac
  [ $status -eq 0 ] || [ "$command" = compare ] || exit $status
done

echo "== versions, here and there"
for package in g++ libgdal-dev libproj-dev libdnnl-dev libfmt-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libvulkan-dev \
  glslang-tools mesa-vulkan-drivers; do
  version() { dpkg-query "$@" -W -f='${Version}' "$package" 2>/dev/null || echo none; }
  printf '  %-22s %-28s %s\n' "$package" "$(version)" "$(version --admindir="$tree/var/lib/dpkg")"
done
