#!/usr/bin/env bash
# The same on real run-to-failure data: NASA's C-MAPSS turbofans and models trained on them, in demo-turbofan-output/ (or
# the folder given). Data and models are found through IAI_TEST_DATA (default ../shared) and are no part of this project.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/demo-frame.sh"
shared=$(realpath -m "${IAI_TEST_DATA:-$root/../shared}")
[ -e "$shared/data/cmapss/train_FD001.txt" ] && [ -e "$shared/models/cmapss_cnn.onnx" ] ||
  { echo "demo: there is no data/cmapss or models in $shared: name its folder in IAI_TEST_DATA" >&2; exit 3; }
start_project demo-turbofan-output "$@"

chapter "A project: run-to-failure data of 100 engines, trained models, and the files that people write"
mkdir models
cp -r "$shared/data/cmapss" data
cp "$shared"/models/cmapss_{cnn,cnn_bn}.onnx "$shared/models/cmapss_scaler.csv" models/
chmod -R u+w data models
cp "$root"/examples/turbofan/*.yaml .
say iai init

chapter "Data: 26 columns without a header, separated by blanks"
say iai ingest data -o dataset
say iai validate dataset --contract contract.yaml

chapter "The model as it came from training"
say iai inspect models/cmapss_cnn.onnx
say iai evaluate models/cmapss_cnn.onnx --task task.yaml
say iai evaluate models/cmapss_cnn.onnx --task task.yaml --split validation

chapter "Smaller and faster, held to the accuracy of the task"
say iai quantize models/cmapss_cnn.onnx --task task.yaml --max-drop 2% -o model-int8.onnx
say iai evaluate models/cmapss_cnn.onnx model-int8.onnx --task task.yaml
say iai bench models/cmapss_cnn.onnx model-int8.onnx --threads 1

chapter "May it take the place of the float model?"
say iai gate model-int8.onnx --reference models/cmapss_cnn.onnx --policy policy.yaml --junit gate.xml

chapter "The dossier, and the proof"
say iai report model-int8.onnx --kind annex-iv --product product.yaml -o dossier.html
say iai reproduce "$(newest_record quantize model-int8.onnx)"
say iai registry verify

summary rmse models/cmapss_cnn.onnx model-int8.onnx
