#!/usr/bin/env bash
# iai evaluate beside ONNX Runtime's Python API with numpy (evaluate_ort.py), one thread, in turns: CPU seconds (user + system) and peak
# memory. iai's figures have intervals, the peer's have none. Two cases: a network of the size of ResNet-50 (large_models.py) over arrays that are
# larger than either may hold, and a small network over many samples, where what surrounds the inference shows.
#   tests/bench/evaluate.sh [BUILD [SOURCE [SAMPLES [REPEATS [TURNS]]]]]      SAMPLES of the large network (200), REPEATS of the 3,597 windows (20)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
iai=$(realpath "${1:-$here/../../build}")/iai source=${2:-$here/../..}
samples=${3:-200} repeats=${4:-20} turns=${5:-3}
data=${IAI_TEST_DATA:-$source/../shared}/models
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$("$iai" doctor --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["onnxruntime"]["version"])')
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq "onnxruntime==$version" onnx==1.23.2 numpy==2.4.6
python=$work/venv/bin/python
source "$here/turns.bash"

compare() {  # TITLE NAME MODEL X Y KIND METRICS BATCH, the peer's: the one it is fastest with
  printf 'kind: %s\nmetrics: [%s]\ninputs: %s\nlabels: %s\n' "$6" "$7" "$4" "$5" >"$work/$2.yaml"
  for ((i = 0; i < turns; ++i)); do
    turn "$2 python" "$python" "$here/evaluate_ort.py" "$3" "$4" "$5" "$6" "$8"
    cp "$work/out" "$work/$2.python"
    turn "$2 iai" "$iai" evaluate "$3" --task "$work/$2.yaml" --threads 1 --no-record
    cp "$work/out" "$work/$2.iai"
  done
  echo "$1: $(wc -c <"$4" | awk '{ printf "%.0f MB", $1 / 1e6 }') of samples"
  for tool in python iai; do
    printf '  %-7s %8.2f CPU s  %8.1f MB peak\n' "$tool" "${best[$2 $tool]}" "$(awk "BEGIN { print ${memory[$2 $tool]} / 1024 }")"
  done
  awk "BEGIN { printf \"  iai / python: %.3f of the CPU seconds, %.2f of the peak memory\n\", ${best[$2 iai]} / ${best[$2 python]}, ${memory[$2 iai]} / ${memory[$2 python]} }"
  echo "  python: $(cat "$work/$2.python")"
  grep -E "^  ($(tr -d ' ' <<<"${7//,/|}")) " "$work/$2.iai" | sed 's/^/  iai:  /'
}

if [ -f "$data/cmapss_cnn.onnx" ]; then
  "$python" - "$data" "$work" "$repeats" <<'PYTHON'
import sys, numpy
data, work, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
x, y = numpy.load(f"{data}/cmapss_val_x.npy"), numpy.load(f"{data}/cmapss_val_y.npy")
out = numpy.lib.format.open_memmap(f"{work}/windows.npy", mode="w+", dtype=x.dtype, shape=(len(x) * repeats, *x.shape[1:]))
for i in range(repeats):
    out[i * len(x) : (i + 1) * len(x)] = x
numpy.save(f"{work}/life.npy", numpy.tile(y, repeats))
PYTHON
  compare "cmapss_cnn" cmapss "$data/cmapss_cnn.onnx" "$work/windows.npy" "$work/life.npy" regression "rmse, mae, r2" 8
fi
if [ "$samples" -gt 0 ]; then
  "$python" "$here/large_models.py" "$work" resnet50 224 "$samples"
  "$python" -c "import numpy; numpy.save('$work/classes.npy', numpy.random.default_rng(7).integers(0, 1000, $samples).astype(numpy.float32))"
  compare "a network of the size of ResNet-50" resnet "$work/resnet50.onnx" "$work/resnet50.npy" "$work/classes.npy" classification "accuracy, cross_entropy" 1
fi
