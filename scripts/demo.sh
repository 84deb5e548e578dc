#!/usr/bin/env bash
# A plant from raw files to a documented release, in demo-output/ (or the folder given): examples/bearing with iai only.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH=${IAI_BUILD:-$root/build}:$PATH
source "$root/scripts/demo-frame.sh"
start_project "${1:-$root/demo-output}"

chapter "A project: the files people write, a model from training, an archive from the test bench"
cp -r "$root"/examples/bearing/{raw,labels.csv,planted-faults.csv,model.onnx,scaler.csv} .
say iai init
say iai doctor

chapter "The model as it came from training"
say iai inspect model.onnx

chapter "What was done here"
say iai registry log
