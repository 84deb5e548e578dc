#!/usr/bin/env bash
# iai quantize that is interrupted or says no leaves nothing behind, neither beside its output nor among the temporary files.
set -uo pipefail
iai=$1 data=${IAI_TEST_DATA:-$2/../shared}/models
[ -e "$data/cmapss_cnn.onnx" ] || { echo "skipped: there is no $data/cmapss_cnn.onnx"; exit 77; }
"$iai" doctor --json | grep -q '"version": "[0-9]' || { echo "skipped: there is no ONNX Runtime"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/temporary" "$work/out"
export TMPDIR=$work/temporary
failed=0
quantize=("$iai" --no-record quantize "$data/cmapss_cnn.onnx" --calibration "$data/cmapss_calib_x.npy" --threads 2 -o "$work/out/int8.onnx")
clean() { # WHEN
  for folder in "$work/out" "$TMPDIR"; do
    left=$(ls -A "$folder" | grep -vx '[.]ses' || true)  # ONNX Runtime's own
    [ -z "$left" ] || { echo "$1: left in ${folder##*/}: $left"; failed=1; }
  done
}

start=$(date +%s%N)
"${quantize[@]}" >/dev/null 2>&1 || { echo "does not run at all"; exit 1; }
whole=$(( ($(date +%s%N) - start) / 1000000 ))
rm "$work/out/int8.onnx"
clean "after a whole run"

stopped=0
for percent in 2 8 15 24 35 46 55 66 75 1 3 5 7; do
  [ $percent -gt 1 ] || [ $stopped -lt 4 ] || break  # the others are for machines that were busier during the whole run
  if (( percent % 2 )); then signal=INT want=130; else signal=TERM want=143; fi
  env --default-signal=INT,TERM "${quantize[@]}" >/dev/null 2>&1 &
  sleep "$(awk -v t="$whole" -v p="$percent" 'BEGIN { print t * p / 100000 }')"
  kill -s "$signal" $! 2>/dev/null
  wait $!; code=$?
  [ $code = 0 ] || stopped=$((stopped + 1))
  # Once the output has its name it is whole, even when the signal comes before the process is gone.
  if [ -e "$work/out/int8.onnx" ]; then "$iai" inspect "$work/out/int8.onnx" >/dev/null || failed=1; rm -f "$work/out/int8.onnx"; fi
  [ $code = 0 ] || [ $code = $want ] || { echo "SIG$signal at $percent %: exit code $code"; failed=1; }
  clean "SIG$signal at $percent %"
done
[ $stopped -ge 4 ] || { echo "only $stopped of the runs could be stopped"; failed=1; }

# A limit that nothing meets: exit 1.
cat >"$work/task.yaml" <<TASK
kind: regression
metrics: [rmse]
splits:
  evaluation:
    inputs: $data/cmapss_eval_x.npy
    labels: $data/cmapss_eval_y.npy
TASK
"${quantize[@]}" --samples 8 --method percentile --percentile 60 --exclude 'Conv*' --task "$work/task.yaml" --max-drop 0.0 >/dev/null 2>"$work/said"; code=$?
[ $code = 1 ] || { echo "a limit that cannot be met: exit code $code"; cat "$work/said"; failed=1; }
clean "after exit 1"

# --resume: what was measured outlives a signal, and the search ends with the bytes of one that was not interrupted.
cat >>"$work/task.yaml" <<TASK
  calibration:
    inputs: $data/cmapss_calib_x.npy
TASK
search=("$iai" --no-record quantize "$data/cmapss_transformer.onnx" --task "$work/task.yaml" --max-drop 0% --threads 2 --samples 256)
"${search[@]}" -o "$work/whole.onnx" >/dev/null 2>&1 || { echo "the search finds nothing"; failed=1; }
env --default-signal=INT,TERM "${search[@]}" --resume -o "$work/out/int8.onnx" >/dev/null 2>&1 &
until [ -e "$work/out/int8.onnx.search" ] || ! kill -0 $! 2>/dev/null; do sleep 0.05; done  # however long a loaded machine takes
kill -s INT $!; wait $!; code=$?
[ $code = 130 ] || { echo "the search was over before it was interrupted: exit code $code"; failed=1; }
[ "$(ls -A "$work/out" | grep -vx '[.]ses')" = int8.onnx.search ] || { echo "interrupted with --resume: $(ls -A "$work/out")"; failed=1; }
"${search[@]}" --resume -o "$work/out/int8.onnx" >/dev/null 2>"$work/said" || { echo "does not go on"; failed=1; }
grep -q 'goes on from' "$work/said" || { echo "did not go on from what was measured"; failed=1; }
cmp "$work/whole.onnx" "$work/out/int8.onnx" || failed=1
rm -f "$work/out/int8.onnx"
clean "after a search that was resumed"
exit $failed
