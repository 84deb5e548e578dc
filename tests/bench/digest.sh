#!/usr/bin/env bash
# SHA-256 of 2,500 files on all cores against `xargs -P sha256sum`, in turns; then the same files unchanged, from the cache.
# digest.sh BUILD SOURCE. Goals: ratio at most 1.2; unchanged in under 1 s.
set -euo pipefail
program=$1/bench_digest
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_CACHE_HOME=$scratch/cache
mkdir "$scratch/files"
python3 - "$scratch/files" <<'FILES'
import random, sys
generator = random.Random(1)
for i in range(2500):
    with open(f"{sys.argv[1]}/{i:04}.bin", "wb") as file:
        file.write(generator.randbytes(generator.choice([2_000, 20_000, 200_000, 1_000_000])))
FILES
now() { date +%s.%N; }
spent() { awk -v a="$1" -v b="$(now)" 'BEGIN {printf "%.3f\n", b - a}'; }
ours() { local start; start=$(now); "$program" "$scratch/files" "$1" >/dev/null; spent "$start"; }
theirs() {
  local start; start=$(now)
  find "$scratch/files" -type f -print0 | xargs -0 -n 32 -P "$(nproc)" sha256sum >/dev/null
  spent "$start"
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
ours bytes >/dev/null; theirs >/dev/null # all in the page cache
for _ in 1 2 3 4 5 6 7; do ours bytes >>"$scratch/ours"; theirs >>"$scratch/theirs"; done
sleep 2.1 # the files must have settled
ours unchanged >/dev/null
for _ in 1 2 3 4 5; do ours unchanged >>"$scratch/unchanged"; done
a=$(median <"$scratch/ours") b=$(median <"$scratch/theirs")
echo "2,500 files, $(du -sm "$scratch/files" | cut -f1) MB, $(nproc) cores, median of 7"
echo "iai $a s, xargs -P sha256sum $b s, ratio $(awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f", a / b}') (goal: at most 1.2)"
echo "unchanged, from the cache: $(median <"$scratch/unchanged") s (goal: under 1 s)"
