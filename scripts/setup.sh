#!/usr/bin/env bash
# Installs what a build of iai needs and is missing; does nothing, and needs no network, when all is there.
#
#   scripts/setup.sh            Debian packages, then ONNX, ONNX Runtime and DataSketches into .deps/
#   scripts/setup.sh --clang    also what make fuzz, make lint and make format need
#   IAI_DEPS_DIR=DIR            keep the built libraries in DIR, so that several checkouts share them
#   IAI_SKIP_PACKAGES=1         never call apt-get (the packages came another way)
#
# Versions and SHA-256 sums are in scripts/pins.txt.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
deps=${IAI_DEPS_DIR:-$root/.deps}
mkdir -p "$deps"
deps=$(cd "$deps" && pwd)
pins=$root/scripts/pins.txt
log=$deps/setup.log

say() { echo "setup: $*" >&2; }
fail() { echo "setup: error: $1" >&2; echo "setup: hint: $2" >&2; exit 4; }
pin() { awk -v k="$1" -v n="$2" '$1 == k && $2 == n {print $3, $4}' "$pins"; }

required="g++ cmake ninja-build make pkg-config python3 python3-venv libcli11-dev libprotobuf-dev protobuf-compiler
  libsqlite3-dev libarchive-dev libyaml-cpp-dev doctest-dev nlohmann-json3-dev libfmt-dev libssl-dev libtbb-dev
  libuchardet-dev libicu-dev libfast-float-dev libkainjow-mustache-dev unzip"
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
  local p
  missing=$(absent $1 $2)
  # An optional package that an earlier run did not find here is asked for again only with a required one.
  [ -z "$(absent $1)" ] && [ "$missing" = "$(cat "$deps/unavailable" 2>/dev/null || true)" ] && return
  say "looking for packages:$missing"
  as_root apt-get update -qq >"$log" 2>&1 || { tail -n 5 "$log" >&2; fail "apt-get update failed" "check the network and the package sources, then run make again"; }
  local available="" unavailable=""
  for p in $missing; do
    if apt-cache show "$p" >/dev/null 2>&1; then available="$available $p"
    elif [[ " $(echo $1) " == *" $p "* ]]; then fail "this distribution has no package $p" "Debian 12, Debian 13 and Ubuntu 24.04 (universe enabled) have it; or install the library from its source and set IAI_SKIP_PACKAGES=1"
    else say "no package $p here: left out"; unavailable="$unavailable $p"
    fi
  done
  missing=$available
  [ -z "$missing" ] || apt_install
  printf '%s' "$unavailable" >"$deps/unavailable"
}

# The fuzzers' run time is a package of its own, named after clang's version.
install_clang() {
  install_packages "clang clang-tidy clang-format" ""
  local version; version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
  [ -n "$version" ] && install_packages "libclang-rt-$version-dev" ""
}

# A small Python environment whose only use is to fetch and build; nothing of it is linked or shipped.
venv() {
  [ -x "$deps/venv/bin/ninja" ] && return
  say "making the build environment"
  python3 -m venv "$deps/venv" >"$log" 2>&1 || fail "python3 -m venv failed" "install python3-venv"
  "$deps/venv/bin/pip" install -q --disable-pip-version-check cmake==4.4.4 ninja==1.13.0 scikit-build-core==1.0.3 setuptools==80.9.0 \
    setuptools-scm==9.2.2 pybind11==3.0.1 nanobind==2.9.2 numpy protobuf wheel >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "pip could not fetch the build tools" "check that pip reaches its package index, then run make again"; }
}

# fetch KIND NAME: the archive that pins.txt names, in $deps/dl, its SHA-256 checked by pip.
fetch() {
  read -r version sum <<<"$(pin "$1" "$2")"
  [ -n "$version" ] || fail "no $2 is pinned for $1" "add a line to scripts/pins.txt"
  local how="--no-build-isolation --no-binary :all:"
  [ "$1" = source ] || how="--only-binary :all: --python-version 3.11 --platform manylinux_2_28_$1"
  echo "$2==$version --hash=sha256:$sum" >"$deps/$2.req"
  say "fetching $2 $version"
  PATH="$deps/venv/bin:$PATH" "$deps/venv/bin/pip" download -q --disable-pip-version-check --no-deps $how --require-hashes \
    -r "$deps/$2.req" -d "$deps/dl" >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "$2 $version could not be fetched" "check that pip reaches its package index; or put the archive into $deps/dl and run make again"; }
}

stamped() { [ -e "$deps/$1.stamp" ] && [ "$(cat "$deps/$1.stamp")" = "$2" ]; }

system_onnx() { # a system-wide ONNX with a usable CMake package wins
  (cd "$deps" && cmake --find-package -DNAME=ONNX -DCOMPILER_ID=GNU -DLANGUAGE=CXX -DMODE=EXIST) >/dev/null 2>&1  # leaves a CMakeFiles/ where it runs
}

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
  venv; fetch source datasketches
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
  venv; fetch "$machine" onnxruntime
  rm -rf "$deps/onnxruntime/lib"; mkdir -p "$deps/onnxruntime/lib"
  unzip -q -j -o "$deps"/dl/onnxruntime-"${want% *}"-*.whl 'onnxruntime/capi/libonnxruntime.so*' -d "$deps/onnxruntime/lib"
  unzip -q -j -o "$deps"/dl/onnxruntime-"${want% *}"-*.whl onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt -d "$deps/onnxruntime"
  ln -sf "libonnxruntime.so.${want% *}" "$deps/onnxruntime/lib/libonnxruntime.so.1"
  echo "$want" >"$deps/onnxruntime.stamp"
}

# No PyPI or npm package carries the C API's headers; Debian 13's development package does, and they are plain text.
fetch_runtime_headers() {
  local version sum; read -r version sum <<<"$(pin headers libonnxruntime-dev)"
  stamped onnxruntime-headers "$version $sum" && return
  [ -e /usr/include/onnxruntime/onnxruntime_c_api.h ] && { say "using the installed ONNX Runtime headers"; return; }
  local d=$deps/apt mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=${IAI_DEBIAN_MIRROR:-$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)}
  [ -n "$mirror" ] || mirror=$(awk '/^deb .*debian/{for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}' /etc/apt/sources.list 2>/dev/null || true)
  if [ -z "$mirror" ] && apt-cache show libonnxruntime-dev >/dev/null 2>&1; then
    missing=" libonnxruntime-dev"; apt_install; return
  fi
  [ -n "$mirror" ] || fail "no Debian mirror is configured here to take ONNX Runtime's headers from" \
    "install libonnxruntime-dev, or name a mirror in IAI_DEBIAN_MIRROR and install debian-archive-keyring"
  [ -e "$keyring" ] || fail "$keyring is missing" "apt-get install -y debian-archive-keyring"
  say "fetching the headers of ONNX Runtime (libonnxruntime-dev $version)"
  mkdir -p "$d/lists/partial" "$d/archives/partial"
  echo "deb [signed-by=$keyring] $mirror trixie main" >"$d/trixie.list"
  local o="-o Dir::Etc::sourcelist=$d/trixie.list -o Dir::Etc::sourceparts=- -o Dir::State::Lists=$d/lists -o Dir::Cache=$d -o APT::Sandbox::User=$(id -un)"
  { apt-get $o update && (cd "$d" && apt-get $o download "libonnxruntime-dev=$version"); } >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "libonnxruntime-dev $version could not be fetched" "check that apt-get reaches its mirror, then run make again"; }
  echo "$sum  $(ls "$d"/libonnxruntime-dev_*.deb)" | sha256sum -c --quiet || fail "libonnxruntime-dev has another SHA-256 than scripts/pins.txt says" "delete $d and run make again"
  rm -rf "$d/tree"; dpkg -x "$d"/libonnxruntime-dev_*.deb "$d/tree"
  rm -rf "$deps/onnxruntime/include"; mkdir -p "$deps/onnxruntime"
  cp -r "$d/tree/usr/include/onnxruntime" "$deps/onnxruntime/include"
  rm -rf "$d"
  echo "$version $sum" >"$deps/onnxruntime-headers.stamp"
}

install_packages "$required" "$wanted"
[ "${1:-}" != --clang ] || install_clang
build_onnx
fetch_datasketches
fetch_runtime
fetch_runtime_headers
