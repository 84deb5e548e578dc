#!/usr/bin/env bash
# Installs what a build of iai needs and is missing; does nothing, and needs no network, when all is there.
#
#   scripts/setup.sh            Debian packages, then ONNX, ONNX Runtime, DataSketches and Arrow into .deps/
#   scripts/setup.sh --clang    also what make fuzz, make lint and make format need
#   scripts/setup.sh --tests    also what single tests drive: WebGPU on a Vulkan driver in software as a second device, the validator of
#                               SARIF documents. What is not to be had is left out, and its test skipped
#   IAI_DEPS_DIR=DIR            keep the built libraries in DIR, so that several checkouts share them
#   IAI_SKIP_PACKAGES=1         never call apt-get (the packages came another way)
#   IAI_DEBIAN_MIRROR=URL       where ONNX Runtime's headers are, on a machine whose own package sources have no Debian
#
# Versions and SHA-256 sums are in scripts/pins.txt. An archive that lies in .deps/dl already is not fetched.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
deps=${IAI_DEPS_DIR:-$root/.deps}
mkdir -p "$deps"
deps=$(cd "$deps" && pwd)
pins=${IAI_PINS:-$root/scripts/pins.txt}  # another file: what a wrong pin does, in tests/scripts/setup.sh
log=$deps/setup.log

say() { echo "setup: $*" >&2; }
fail() { echo "setup: error: $1" >&2; echo "setup: hint: $2" >&2; exit 4; }
pin() { awk -v k="$1" -v n="$2" '$1 == k && $2 == n {print $3, $4}' "$pins"; }

required="g++ cmake ninja-build make pkg-config python3 python3-venv libcli11-dev libprotobuf-dev protobuf-compiler
  libsqlite3-dev libarchive-dev libyaml-cpp-dev doctest-dev nlohmann-json3-dev libfmt-dev libssl-dev libtbb-dev
  libuchardet-dev libicu-dev libfast-float-dev libsimdjson-dev libkainjow-mustache-dev
  libsndfile1-dev libpng-dev libjpeg-dev libtiff-dev libpugixml-dev libhdf5-dev zlib1g-dev unzip openssl"
# Faster builds and tools that tests drive; each test says so when its tool is not there.
wanted="ccache lld groff bash-completion zsh fish strace sqlite3 locales file dpkg-dev zip"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "these packages need root:$missing" "run as root: apt-get install -y --no-install-recommends$missing"
  fi
}

absent() { # those of the packages named that are not installed
  local p installed
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk '$2 == "installed" {print $1}' || true)
  for p in "$@"; do
    grep -qx "$p" <<<"$installed" || printf ' %s' "$p"
  done
}

apt_install() {
  say "installing:$missing"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "apt-get could not install:$missing" "the lines above name the package; run apt-get update, then apt-get install -y$missing"; }
}

# install_packages REQUIRED WANTED: what this distribution does not have ends the set-up, or is left out if only wanted.
install_packages() {
  [ "${IAI_SKIP_PACKAGES:-0}" = 1 ] && return
  command -v dpkg-query >/dev/null || { say "no dpkg here: expecting the libraries to be installed already"; return; }
  local p known new="" available="" unavailable=""
  missing=$(absent $1 $2)
  known=$(cat "$deps/unavailable" 2>/dev/null || true)
  for p in $missing; do [[ " $known " == *" $p "* ]] || new="$new $p"; done
  # An optional package that an earlier run did not find here is asked for again only with a required one.
  [ -z "$(absent $1)" ] && [ -z "$new" ] && return
  say "looking for packages:$missing"
  as_root apt-get update -qq >"$log" 2>&1 || { tail -n 5 "$log" >&2; fail "apt-get update failed" "check the network and the package sources, then run make again"; }
  for p in $missing; do
    if apt-cache show "$p" >/dev/null 2>&1; then available="$available $p"
    elif [[ " $(echo $1) " == *" $p "* ]]; then fail "this distribution has no package $p" "Debian 12, Debian 13 and Ubuntu 24.04 (universe enabled) have it; or install the library from its source and set IAI_SKIP_PACKAGES=1"
    else say "no package $p here: left out"; unavailable="$unavailable $p"
    fi
  done
  missing=$available
  [ -z "$missing" ] || apt_install
  for p in $known; do [[ " $missing $unavailable " == *" $p "* ]] || unavailable="$unavailable $p"; done
  printf '%s' "$unavailable" >"$deps/unavailable"
}

# The fuzzers' run time is a package of its own, named after clang's version.
install_clang() {
  install_packages "clang clang-tidy clang-format" ""
  local version; version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
  [ -n "$version" ] && install_packages "libclang-rt-$version-dev" ""
}

# npm_archive NAME WHAT: the archive that pins.txt names, in $deps/dl; says that WHAT is left out, and fails, where it is not to be had.
npm_archive() {
  local version sum archive
  read -r version sum <<<"$(pin npm "$1")"
  archive=${1#@}; archive=${archive//\//-}-$version.tgz
  mkdir -p "$deps/dl"
  has_sum "$deps/dl/$archive" "$sum" && return
  command -v npm >/dev/null || { say "no npm here: $2 is left out"; return 1; }
  say "fetching $1 $version"
  (cd "$deps/dl" && npm pack --silent "$1@$version") >"$log" 2>&1 || { say "npm could not fetch $1 $version: $2 is left out"; return 1; }
  has_sum "$deps/dl/$archive" "$sum" || fail "$deps/dl/$archive is not what scripts/pins.txt says" "remove it and run make test again"
}

# ONNX Runtime's build for Node.js has WebGPU, which PyPI's lacks; Chromium brings a Vulkan driver that needs no graphics card.
fetch_device() {
  local want machine=x64 name=onnxruntime-node; want=$(pin npm $name)
  [ "$(uname -m)" != aarch64 ] || machine=arm64
  stamped device "$want" && return
  (install_packages "" "chromium libvulkan1") || { say "a second device is left out"; return 0; }
  npm_archive $name "a second device" || return 0
  mkdir -p "$deps/device"
  tar xzf "$deps/dl/$name-${want% *}.tgz" -O "package/bin/napi-v6/linux/$machine/libonnxruntime.so.1" >"$deps/device/libonnxruntime.so.1"
  echo "$want" >"$deps/device.stamp"
}

fetch_sarif_validator() {
  local want name=@microsoft/sarif-multitool-linux; want=$(pin npm $name)
  stamped sarif "$want" && return
  [ "$(uname -m)" = x86_64 ] || return 0
  npm_archive $name "the validator of SARIF documents" || return 0
  rm -rf "$deps/sarif"; mkdir -p "$deps/sarif"
  tar xzf "$deps/dl/microsoft-sarif-multitool-linux-${want% *}.tgz" -C "$deps/sarif" --strip-components 1
  chmod u+x "$deps/sarif/Sarif.Multitool"
  echo "$want" >"$deps/sarif.stamp"
}

# A small Python environment whose only use is to fetch and build; nothing of it is linked or shipped.
venv() {
  [ -x "$deps/venv/bin/ninja" ] && return
  say "making the build environment"
  python3 -m venv "$deps/venv" >"$log" 2>&1 || fail "python3 -m venv failed" "install python3-venv"
  "$deps/venv/bin/pip" install -q --disable-pip-version-check $(awk '$1 == "tool" {print $2 "==" $3}' "$pins") >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "pip could not fetch the build tools" "check that pip reaches its package index, then run make again"; }
}

# SHA-256 of FILE is SUM?
has_sum() { [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$2" ]; }

# fetch KIND NAME: the archive that pins.txt names, in $deps/dl, its SHA-256 checked by pip, or here if it is there already.
fetch() {
  local version sum file
  read -r version sum <<<"$(pin "$1" "$2")"
  [ -n "$version" ] || fail "no $2 is pinned for $1" "add a line to scripts/pins.txt"
  for file in "$deps/dl/$2-$version"[.-]*; do has_sum "$file" "$sum" && return; done
  venv
  local how="--no-build-isolation --no-binary :all:"
  [ "$1" = source ] || how="--only-binary :all: --python-version 3.11 --platform manylinux_2_28_$1"
  echo "$2==$version --hash=sha256:$sum" >"$deps/$2.req"
  say "fetching $2 $version"
  PATH="$deps/venv/bin:$PATH" "$deps/venv/bin/pip" download -q --disable-pip-version-check --no-deps $how --require-hashes \
    -r "$deps/$2.req" -d "$deps/dl" >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "$2 $version could not be fetched" "check that pip reaches its package index; or put the archive with SHA-256 $sum into $deps/dl and run make again"; }
}

stamped() { [ -e "$deps/$1.stamp" ] && [ "$(cat "$deps/$1.stamp")" = "$2" ]; }

# Does CMake find it? probe LINE...: what CMakeLists.txt says.
probe() {
  local probe=$deps/probe found=1
  rm -rf "$probe"; mkdir -p "$probe"
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(probe CXX)' "$@" >"$probe/CMakeLists.txt"
  cmake -S "$probe" -B "$probe/build" >/dev/null 2>&1 && found=0
  rm -rf "$probe"
  return $found
}

# A system-wide ONNX with a usable CMake package wins if it is new enough: an older one does not know the newest operators.
system_onnx() { probe 'find_package(Protobuf REQUIRED)' "find_package(ONNX $(pin source onnx | cut -d. -f1,2) CONFIG REQUIRED)"; }
system_arrow() { probe 'find_package(Parquet CONFIG REQUIRED)' 'if(Parquet_VERSION VERSION_LESS 21)' 'message(FATAL_ERROR "too old")' 'endif()'; }

build_onnx() {
  local want; want=$(pin source onnx)
  stamped onnx "$want" && return
  system_onnx && { say "using the ONNX that is installed system-wide"; return; }
  venv; fetch source onnx
  local version=${want% *} src=$deps/src/onnx-${want% *} build=$deps/build-onnx
  rm -rf "$src" "$build"; mkdir -p "$deps/src"
  tar xzf "$deps/dl/onnx-$version.tar.gz" -C "$deps/src"
  say "building ONNX $version (two minutes, once)"
  { "$deps/venv/bin/cmake" -S "$src" -B "$build" -G Ninja -DCMAKE_MAKE_PROGRAM="$deps/venv/bin/ninja" -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_INSTALL_PREFIX="$deps/onnx" -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DONNX_ML=ON -DONNX_USE_PROTOBUF_SHARED_LIBS=ON \
      -DONNX_BUILD_PYTHON=OFF -DONNX_BUILD_TESTS=OFF "-DCMAKE_CXX_FLAGS=-ffile-prefix-map=$deps/src/=" &&
    "$deps/venv/bin/ninja" -C "$build" install; } >"$log" 2>&1 ||
    { tail -n 15 "$log" >&2; fail "ONNX $version did not build" "the whole log is $log"; }
  rm -rf "$build" "$src"
  echo "$want" >"$deps/onnx.stamp"
}

fetch_datasketches() {
  local want; want=$(pin source datasketches)
  stamped datasketches "$want" && return
  fetch source datasketches
  local version=${want% *} part
  rm -rf "$deps/datasketches"; mkdir -p "$deps/src" "$deps/datasketches/include"
  tar xzf "$deps/dl/datasketches-$version.tar.gz" -C "$deps/src"
  for part in common kll hll; do
    cp -r "$(find "$deps/src/datasketches-$version" -type d -path "*/$part/include" | head -n 1)/." "$deps/datasketches/include/"
  done
  rm -rf "$deps/src/datasketches-$version"
  echo "$want" >"$deps/datasketches.stamp"
}

fetch_runtime() {
  local machine want; machine=$(uname -m); want=$(pin "$machine" onnxruntime)
  stamped onnxruntime "$want" && return
  fetch "$machine" onnxruntime
  rm -rf "$deps/onnxruntime/lib"; mkdir -p "$deps/onnxruntime/lib"
  unzip -q -j -o "$deps"/dl/onnxruntime-"${want% *}"-*.whl 'onnxruntime/capi/libonnxruntime.so*' -d "$deps/onnxruntime/lib"
  unzip -q -j -o "$deps"/dl/onnxruntime-"${want% *}"-*.whl onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt -d "$deps/onnxruntime"
  ln -sf "libonnxruntime.so.${want% *}" "$deps/onnxruntime/lib/libonnxruntime.so.1"
  echo "$want" >"$deps/onnxruntime.stamp"
}

# Arrow and Parquet, a system-wide one wins: cmake/libraries.cmake. Headers and the two libraries of the wheel, nothing of Python.
# iai is built without them where no wheel is pinned for this machine.
fetch_arrow() {
  local machine want; machine=$(uname -m); want=$(pin "$machine" pyarrow)
  [ -n "$want" ] || return 0
  stamped pyarrow "$want" && return
  system_arrow && { say "using the Arrow that is installed system-wide"; return; }
  fetch "$machine" pyarrow
  rm -rf "$deps/pyarrow"; mkdir -p "$deps/pyarrow/licenses"
  unzip -q -o "$deps"/dl/pyarrow-"${want% *}"-*.whl 'pyarrow/include/*' 'pyarrow/libarrow.so*' 'pyarrow/libparquet.so*' -d "$deps"
  unzip -q -j -o "$deps"/dl/pyarrow-"${want% *}"-*.whl '*.dist-info/licenses/*' -d "$deps/pyarrow/licenses"
  echo "$want" >"$deps/pyarrow.stamp"
}

# The Debian archives that this machine's package sources name, in whatever format, or IAI_DEBIAN_MIRROR.
debian_archives() {
  if [ -n "${IAI_DEBIAN_MIRROR:-}" ]; then echo "$IAI_DEBIAN_MIRROR"
  else apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sort -u
  fi
}

# No PyPI or npm package carries the C API's headers; Debian's development package does, and they are plain text, the same on
# every machine. It is taken straight from the archive's pool: its SHA-256 is pinned, so no list and no key is needed.
fetch_runtime_headers() {
  local version sum; read -r version sum <<<"$(pin headers libonnxruntime-dev)"
  stamped onnxruntime-headers "$version $sum" && return
  [ -e /usr/include/onnxruntime/onnxruntime_c_api.h ] && { say "using the installed ONNX Runtime headers"; return; }
  local archive package=libonnxruntime-dev_${version}_amd64.deb
  mkdir -p "$deps/dl"; : >"$log"
  has_sum "$deps/dl/$package" "$sum" || for archive in $(debian_archives); do
    say "fetching the headers of ONNX Runtime ($package)"
    /usr/lib/apt/apt-helper -o "APT::Sandbox::User=$(id -un)" download-file "${archive%/}/pool/main/o/onnxruntime/$package" \
      "$deps/dl/$package" "SHA256:$sum" >>"$log" 2>&1 && break
  done
  has_sum "$deps/dl/$package" "$sum" || no_runtime_headers "$package" "$sum"
  rm -rf "$deps/headers" "$deps/onnxruntime/include"; mkdir -p "$deps/onnxruntime"
  dpkg -x "$deps/dl/$package" "$deps/headers"
  mv "$deps/headers/usr/include/onnxruntime" "$deps/onnxruntime/include"
  rm -rf "$deps/headers"
  echo "$version $sum" >"$deps/onnxruntime-headers.stamp"
}

no_runtime_headers() {
  tail -n 5 "$log" >&2
  if apt-cache show libonnxruntime-dev >/dev/null 2>&1; then
    fail "ONNX Runtime's headers ($1) could not be fetched" "check the network and run make again; or apt-get install libonnxruntime-dev, which is used where it is installed"
  fi
  fail "ONNX Runtime's headers ($1) could not be fetched: the package sources of this machine do not have them" \
    "set IAI_DEBIAN_MIRROR to the address of a Debian mirror (the folder that holds pool/) and run make again; or put $1 with SHA-256 $2 into $deps/dl"
}

install_packages "$required" "$wanted"
[ "${1:-}" != --clang ] || install_clang
[ "${1:-}" != --tests ] || { fetch_device; fetch_sarif_validator; }
build_onnx
fetch_datasketches
fetch_runtime
fetch_arrow
fetch_runtime_headers
