#!/usr/bin/env bash
# Shows what iai does today, in demo-output/; every command is printed so that it can be typed again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=${IAI_TEST_DATA:-$root/../shared}
export PATH=$root/build:$PATH
rm -rf "$root/demo-output"
mkdir "$root/demo-output"
cd "$root/demo-output"
say() { echo; echo "\$ $*"; "$@"; }
say iai init
say iai doctor
if [ -e "$data/models/cmapss_cnn.onnx" ]; then
  say iai inspect "$data/models/cmapss_cnn.onnx"
else
  echo "(no models at $data/models: set IAI_TEST_DATA to a folder that has them)"
fi
say iai registry log
