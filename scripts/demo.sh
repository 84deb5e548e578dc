#!/usr/bin/env bash
# A plant from raw files to a gated, documented release, in demo-output/ (or the folder given): examples/bearing with iai
# only. Nothing is trained here; examples/bearing/train.py made the model.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/demo-frame.sh"
start_project demo-output "$@"

chapter "A project: an archive from the test bench, a trained model, and the files that people write"
cp -r "$root"/examples/bearing/{raw,labels.csv,planted-faults.csv,model.onnx,scaler.csv} .
cp "$root"/examples/bearing/*.yaml .
say iai init
say iai doctor

chapter "Data: what a German logger wrote, read with no options"
say iai ingest raw/bench-2026.zip -o dataset
expect 1 iai validate dataset --contract contract.yaml --limit 16
remark "These are the faults of planted-faults.csv, all in the rigs P1 to P4. The release is judged on P5 and P6:"
say iai validate dataset --contract contract-evaluation.yaml

chapter "The model as it came from training"
say iai inspect model.onnx
say iai evaluate model.onnx --task task.yaml

chapter "Smaller and faster, each step held to the accuracy of the task"
say iai prune model.onnx --channels 0.25 --task task.yaml --max-drop 2% -o model-pruned.onnx
say iai quantize model-pruned.onnx --task task.yaml --max-drop 2% -o model-int8.onnx
say iai evaluate model.onnx model-pruned.onnx model-int8.onnx --task task.yaml
say iai bench model.onnx model-pruned.onnx model-int8.onnx --threads 1

chapter "May it be released?"
say iai gate model-int8.onnx --reference model.onnx --policy policy.yaml --junit gate.xml

chapter "The dossier, and the proof"
say iai report model-int8.onnx --kind annex-iv --product product.yaml -o dossier.html
say iai report model-int8.onnx --kind annex-iv --product product.yaml -o dossier.md
say iai registry lineage model-int8.onnx
say iai reproduce "$(newest_record quantize model-int8.onnx)"
say iai registry verify

summary accuracy model.onnx model-pruned.onnx model-int8.onnx
