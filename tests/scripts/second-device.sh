#!/usr/bin/env bash
# A second device beside the processor, which is really another one for ONNX Runtime: WebGPU, on a Vulkan driver in software. What it answers, where
# each node ran, what is left to the processor, and that nothing falls back unsaid. scripts/setup.sh --tests installs it.
set -uo pipefail
iai=$1 source=$2 data=${IAI_TEST_DATA:-$2/../shared}/models
deps=${IAI_DEPS_DIR:-$source/.deps}
library=$deps/device/libonnxruntime.so.1 driver=/usr/lib/chromium/vk_swiftshader_icd.json
[ -e "$deps/device.stamp" ] && [ -e "$driver" ] || { echo "skipped: no second device; scripts/setup.sh --tests installs it"; exit 77; }
[ -z "${IAI_SANITIZE:-}" ] || { echo "skipped: the driver makes code that the sanitizers cannot see into"; exit 77; }
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir -m 700 run
export VK_DRIVER_FILES=$driver VK_ICD_FILENAMES=$driver XDG_RUNTIME_DIR=$work/run IAI_ONNXRUNTIME=$library
failed=0
wrong() { echo "$1"; failed=1; }
# holds FILE EXPRESSION: of the JSON document d
holds() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$1" "$2" || { wrong "not so: $2"; head -c 3000 "$1"; }; }
run() { # run CODE OUTPUT ARGUMENT...
  local want=$1 output=$2 code; shift 2
  "$iai" --no-record "$@" >"$output" 2>"$output.err"; code=$?
  [ $code = "$want" ] || { wrong "iai $*: exit code $code, not $want"; cat "$output.err"; }
}

run 0 doctor.json doctor --json
holds doctor.json '"webgpu" in d["onnxruntime"]["devices"]'

# The example plant: the same answers as the processor's.
cp -r "$source/examples/bearing/." plant && cd plant || exit 1
model=model.onnx
run 0 ../cpu.json evaluate $model --task task.yaml --json
run 0 ../webgpu.json evaluate $model --task task.yaml --device webgpu --json
cd ..
cat >same.py <<'END'
import json, sys
a, b = (json.load(open(name)) for name in ("cpu.json", "webgpu.json"))
for x, y in zip(a["metrics"], b["metrics"], strict=True):
    assert x["metric"] == y["metric"] and x["n"] == y["n"], (x, y)
    assert abs(x["value"] - y["value"]) <= 1e-4 * max(1, abs(x["value"])), (x, y)
END
python3 same.py || wrong "the device's figures are not the processor's"

# Every node of this network runs there.
run 0 bench.json bench plant/model.onnx --device webgpu --require-provider --operators --runs 30 --json
holds bench.json 'd["device"] == "webgpu" and [p["provider"] for p in d["inside"][0]["placement"]] == ["WebGpuExecutionProvider"]'
holds bench.json 'd["inside"][0]["fell_back"] == [] and {o["bound_by"] for o in d["inside"][0]["operators"]} == {"device"}'

# In a sweep it stands beside the processor; the session file says how to come back to it.
run 0 sweep.json bench plant/model.onnx --sweep --sweep-device cpu,webgpu --sweep-threads 1 --sweep-batch 1 --sweep-optimization all --seconds 0.5 --json \
  --session-out session.json
holds sweep.json '{s["device"] for s in d["settings"]} == {"cpu", "webgpu"}'
run 0 only.json bench plant/model.onnx --sweep --sweep-device webgpu --sweep-threads 1 --sweep-batch 1 --sweep-optimization all --seconds 0.5 --json \
  --session-out webgpu-session.json
holds webgpu-session.json 'd["device"] == "webgpu" and d["provider"] == "WebGpuExecutionProvider"'
run 0 again.json bench plant/model.onnx --session webgpu-session.json --runs 30 --json
holds again.json 'd["device"] == "webgpu"'

# A recurrent network computes shapes on the processor: that is said, and can be forbidden; an evaluation never lets it.
if [ -e "$data/cmapss_lstm.onnx" ]; then
  run 1 lstm.json bench "$data/cmapss_lstm.onnx" --device webgpu --require-provider --runs 30 --json
  holds lstm.json 'len(d["inside"][0]["placement"]) == 2 and "/lstm/Gather (Gather)" in d["inside"][0]["fell_back"]'
  printf 'name: remaining life\nkind: regression\ninputs: %s\nlabels: %s\n' "$data/cmapss_eval_x.npy" "$data/cmapss_eval_y.npy" >life.yaml
  run 4 refused.json evaluate "$data/cmapss_lstm.onnx" --task life.yaml --device webgpu
  grep -q 'webgpu' refused.json.err || { wrong "the refused device is not named"; cat refused.json.err; }
fi
if [ -e "$data/cmapss_cnn.onnx" ]; then
  printf 'name: remaining life\nkind: regression\ninputs: %s\nlabels: %s\n' "$data/cmapss_eval_x.npy" "$data/cmapss_eval_y.npy" >life.yaml
  run 0 life.json evaluate "$data/cmapss_cnn.onnx" --task life.yaml --device webgpu --json
  holds life.json '[abs(m["value"] - 14.6232) < 1e-3 for m in d["metrics"] if m["metric"] == "rmse"] == [True]'
fi

# Without a driver, and in a library that lacks the device.
VK_DRIVER_FILES=$work/none.json VK_ICD_FILENAMES=$work/none.json run 4 none.json bench plant/model.onnx --device webgpu --runs 30
grep -q "device 'webgpu': Failed to get a WebGPU adapter" none.json.err || { wrong "the missing driver is not named"; cat none.json.err; }
grep -q "driver" none.json.err || wrong "no way out without a driver"
IAI_ONNXRUNTIME= run 4 lacks.json bench plant/model.onnx --device webgpu --runs 30
grep -q "has no device 'webgpu'" lacks.json.err || { wrong "the missing device is not named"; cat lacks.json.err; }
[ $failed = 0 ] && echo "a second device: as the processor, and nothing falls back unsaid"
exit $failed
