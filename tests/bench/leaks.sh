#!/usr/bin/env bash
# iai validate's learning rules on planted leaks: groups, times, windows, copied and nearly copied rows in tables; copies of images
# and recordings across splits. Recall of each kind, and alarms on splits that are clean.
#   tests/bench/leaks.sh [BUILD [SOURCE]]   IAI_BENCH_SETS (40) tables of each kind, IAI_BENCH_MEDIA_SETS (10)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
iai=$(realpath "${1:-$root/build}")/iai source=${2:-$root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
python3 "$source/tests/bench/leaks.py" "$iai" "$work" "${IAI_BENCH_SETS:-40}" || failed=1
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet install numpy==2.4.6 scipy==1.17.0 pillow==13.0.0
# Of scikit-image only the photographs that come with it are used.
"$work/venv/bin/pip" --quiet install --no-deps --target "$work/photographs" scikit-image==0.26.0
photographs=()
for name in astronaut brick camera cell chelsea clock_motion coffee coins grass gravel ihc moon motorcycle_left page text; do photographs+=("$work/photographs/skimage/data/$name.png"); done
for name in hubble_deep_field retina rocket; do photographs+=("$work/photographs/skimage/data/$name.jpg"); done
"$work/venv/bin/python" "$source/tests/bench/leak_media.py" "$iai" "$work" "${IAI_BENCH_MEDIA_SETS:-10}" "${photographs[@]}" || failed=1
exit $failed
