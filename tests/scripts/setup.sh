#!/usr/bin/env bash
# scripts/setup.sh: quiet where all is there, asks for packages through sudo, and says what to do where something is not
# to be had. Nothing here reaches the network or a package manager: dpkg-query, apt-get, sudo and pip are stand-ins.
set -uo pipefail
binary=$1 source=$2
command -v dpkg-deb >/dev/null || { echo "no dpkg"; exit 77; }
[ -x /usr/lib/apt/apt-helper ] || { echo "no apt"; exit 77; }
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
failed=0
wrong() { echo "$1:"; cat "$folder/out"; failed=1; }
stand_in() { mkdir -p "$(dirname "$1")"; printf '#!/bin/bash\n%s\n' "$2" >"$1"; chmod +x "$1"; }
setup() { env PATH="$folder/bin:$PATH" IAI_DEPS_DIR="$folder/deps" IAI_PINS="$folder/pins" "$@" "$source/scripts/setup.sh" >"$folder/out" 2>&1; }
stamp() { awk -v k="$2" -v n="$3" '$1 == k && $2 == n {print $3, $4}' "$folder/pins" >"$folder/deps/$1.stamp"; }
want() { # want CODE TEXT...: how the last run of setup ended
  [ "$code" = "$1" ] || { wrong "exit code $code, not $1"; return; }
  shift
  local text
  for text in "$@"; do grep -qF -- "$text" "$folder/out" || wrong "no '$text' in"; done
}

# Archives of our own in place of the real ones, pinned by their own sums.
mkdir -p "$folder/deps/dl" "$folder/tree/DEBIAN" "$folder/tree/usr/include/onnxruntime" "$folder/mirror/pool/main/o/onnxruntime"
printf 'Package: libonnxruntime-dev\nVersion: 1.0-1\nArchitecture: amd64\nMaintainer: none <none@example.com>\nDescription: none\n' >"$folder/tree/DEBIAN/control"
echo "// api" >"$folder/tree/usr/include/onnxruntime/onnxruntime_c_api.h"
package=libonnxruntime-dev_1.0-1_amd64.deb
dpkg-deb --root-owner-group --build "$folder/tree" "$folder/mirror/pool/main/o/onnxruntime/$package" >/dev/null
for part in common kll hll; do mkdir -p "$folder/datasketches-4.0/$part/include"; touch "$folder/datasketches-4.0/$part/include/$part.hpp"; done
tar czf "$folder/deps/dl/datasketches-4.0.tar.gz" -C "$folder" datasketches-4.0
sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
cat >"$folder/pins" <<END
source onnx 1.0 0
source datasketches 4.0 $(sum "$folder/deps/dl/datasketches-4.0.tar.gz")
$(uname -m) onnxruntime 1.0 0
headers libonnxruntime-dev 1.0-1 $(sum "$folder/mirror/pool/main/o/onnxruntime/$package")
END
stamp onnx source onnx; stamp onnxruntime "$(uname -m)" onnxruntime
stand_in "$folder/deps/venv/bin/ninja" true
stand_in "$folder/deps/venv/bin/pip" 'echo "ERROR: No matching distribution found" >&2; exit 1'
stand_in "$folder/bin/dpkg-query" 'shift 2; for p; do echo "$p installed"; done'
stand_in "$folder/bin/apt-get" 'echo "apt-get $*" >>"'"$folder"'/calls"; [ "$1" != indextargets ] || echo file:'"$folder"'/elsewhere/'
stand_in "$folder/bin/apt-cache" 'exit 100'

if [ -e /usr/include/onnxruntime/onnxruntime_c_api.h ]; then
  stamp onnxruntime-headers headers libonnxruntime-dev
else
  setup env; code=$?
  want 4 "$package" "IAI_DEBIAN_MIRROR" "$folder/deps/dl"
  setup IAI_DEBIAN_MIRROR="file:$folder/mirror"; code=$?
  want 0
  [ -e "$folder/deps/onnxruntime/include/onnxruntime_c_api.h" ] || wrong "no headers unpacked"
fi
[ -e "$folder/deps/datasketches/include/kll.hpp" ] || { setup env; code=$?; want 0; }
[ -e "$folder/deps/datasketches/include/kll.hpp" ] || wrong "an archive that is there already is not used"

# A second device for tests is left out, and said to be, where it cannot be had; where it can, its library is taken out.
mkdir -p "$folder/package/bin/napi-v6/linux/x64" "$folder/package/bin/napi-v6/linux/arm64"
for machine in x64 arm64; do echo "library" >"$folder/package/bin/napi-v6/linux/$machine/libonnxruntime.so.1"; done
tar czf "$folder/onnxruntime-node-1.0.tgz" -C "$folder" package
echo "npm @microsoft/sarif-multitool-linux 1.0 0" >>"$folder/pins"
stamp sarif npm @microsoft/sarif-multitool-linux
echo "npm onnxruntime-node 1.0 $(sum "$folder/onnxruntime-node-1.0.tgz")" >>"$folder/pins"
device() { env PATH="$folder/bin:$PATH" IAI_DEPS_DIR="$folder/deps" IAI_PINS="$folder/pins" "$source/scripts/setup.sh" --tests >"$folder/out" 2>&1; }
stand_in "$folder/bin/npm" 'echo "npm error network" >&2; exit 1'
device; code=$?
want 0 "npm could not fetch onnxruntime-node 1.0" "left out"
[ ! -e "$folder/deps/device.stamp" ] || wrong "a device that could not be fetched counts as there"
stand_in "$folder/bin/npm" 'echo other >onnxruntime-node-1.0.tgz'
device; code=$?
want 4 "onnxruntime-node-1.0.tgz is not what scripts/pins.txt says"
stand_in "$folder/bin/npm" "cp '$folder/onnxruntime-node-1.0.tgz' ."
device; code=$?
want 0 "fetching onnxruntime-node 1.0"
[ "$(cat "$folder/deps/device/libonnxruntime.so.1")" = library ] || wrong "the library of the device is not taken out"
[ -e "$folder/deps/device.stamp" ] || wrong "a device that is there does not count"

# All there: nothing said, nothing called.
rm -f "$folder/calls"; setup env; code=$?
want 0
[ ! -s "$folder/out" ] || wrong "set-up says something though all is there"
[ ! -e "$folder/calls" ] || { cp "$folder/calls" "$folder/out"; wrong "set-up calls apt-get though all is there"; }

# A version that is not to be had.
sed -i 's/datasketches 4.0/datasketches 4.99/' "$folder/pins"
setup env; code=$?
want 4 "No matching distribution" "datasketches 4.99 could not be fetched" "package index" "$folder/deps/dl"
sed -i 's/datasketches 4.99/datasketches 4.0/' "$folder/pins"

# Packages are missing and the user is not root: through sudo; a failure names the package.
stand_in "$folder/bin/dpkg-query" 'shift 2; for p; do [ "$p" = libyaml-cpp-dev ] || echo "$p installed"; done'
stand_in "$folder/bin/apt-cache" true
stand_in "$folder/bin/id" 'echo 1000'
stand_in "$folder/bin/sudo" 'echo "sudo $*" >>"'"$folder"'/calls"; "$@"'
setup env; code=$?
want 0
grep -q '^sudo env .*apt-get install .* libyaml-cpp-dev$' "$folder/calls" || { cp "$folder/calls" "$folder/out"; wrong "apt-get install is not called through sudo"; }
stand_in "$folder/bin/apt-get" 'case "$*" in *install*) echo "E: Unable to fetch some archives" >&2; exit 100 ;; esac'
setup env; code=$?
want 4 "Unable to fetch some archives" "could not install: libyaml-cpp-dev"
stand_in "$folder/bin/apt-cache" 'exit 100'
setup env; code=$?
want 4 "no package libyaml-cpp-dev"
exit $failed
