#!/usr/bin/env bash
# Energy of graphics processors by a library that stands for Nvidia's: named, listed by doctor, and every way in which it can fail.
set -uo pipefail
iai=$1 data=${IAI_TEST_DATA:-$2/../shared}/models
fake=$(dirname "$iai")/libiai_fake_nvml.so
[ -e "$data/ai4i_mlp.onnx" ] && [ -e "$fake" ] || { echo "skipped: no models, or no library"; exit 77; }
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cp "$data/ai4i_mlp.onnx" model.onnx
export IAI_NVML=$fake
failed=0
wrong() { echo "$1"; failed=1; }
# holds FILE EXPRESSION: of the JSON document d
holds() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$1" "$2" || { wrong "not so: $2"; head -c 2000 "$1"; }; }
bench() { "$iai" --no-record bench model.onnx --runs 10 --threads 1 --idle 0.1 --power-sensor nvml/0 --json "$@" >bench.json 2>error; }

export FAKE_NVML_MJ=clock FAKE_NVML_MW=40000
"$iai" --no-record doctor --json >doctor.json 2>/dev/null || wrong "doctor failed"
holds doctor.json '{"name": "nvml/0", "path": "Fake Card", "readable": True} in d["energy_meters"]'
bench || wrong "bench failed: $(cat error)"
holds bench.json 'd["energy"]["meter"] == "nvml" and d["energy_zones"] == ["nvml/0 (Fake Card)"] and abs(d["energy"]["idle_power_w"] - 40) < 1'
holds bench.json 'd["models"][0]["energy_j"] > 0 and abs(d["models"][0]["energy_net_j"]) < 0.1 * d["models"][0]["energy_j"]'
FAKE_NVML_MJ=none bench || wrong "bench by power failed: $(cat error)"
holds bench.json 'd["energy"]["meter"] == "nvml" and abs(d["energy"]["idle_power_w"] - 40) < 1'
FAKE_NVML_MJ=5000 bench || wrong "bench with a counter that stands failed: $(cat error)"
holds bench.json 'd["models"][0]["energy"] == "unavailable" and d["models"][0]["energy_reason"] == "the meter did not move while the model ran"'
FAKE_NVML_MJ=none FAKE_NVML_MW=none bench || wrong "bench with a silent card failed: $(cat error)"
holds bench.json 'd["models"][0]["energy_reason"] == "nvml/0 tells neither its energy nor its power: Not Supported"'
FAKE_NVML_COUNT=0 bench; [ $? = 2 ] && grep -q "has no device 'nvml/0'" error && grep -q 'sees no device' error || wrong "no device: $(cat error)"
FAKE_NVML_INIT=9 bench; [ $? = 2 ] && grep -q 'Driver Not Loaded' error || wrong "no driver: $(cat error)"
IAI_NVML=none.so bench; [ $? = 2 ] && grep -q 'none.so: cannot open' error || wrong "no library: $(cat error)"
bench --power-sensor ina3221/VDD_IN; [ $? = 2 ] && grep -q 'are not added up' error || wrong "two kinds: $(cat error)"
exit $failed
