#!/usr/bin/env bash
# Manual pages and completions in the source are what the binary makes, and groff has nothing to say about the pages.
set -uo pipefail
binary=$1 source=$2
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
failed=0
mkdir "$scratch/man" "$scratch/completions"
"$binary" generate man "$scratch/man" >/dev/null || failed=1
for shell in bash zsh fish; do "$binary" generate $shell "$scratch/completions" >/dev/null || failed=1; done
for folder in man completions; do
  diff -ru "$source/$folder" "$scratch/$folder" || { echo "$folder/ is not what the binary makes: run scripts/generate.sh"; failed=1; }
done
if command -v groff >/dev/null; then
  for page in "$scratch"/man/*; do
    said=$(groff -man -ww -Tutf8 -z "$page" 2>&1) && [ -z "$said" ] || { echo "$page: $said"; failed=1; }
  done
fi
# Every verb of help has its page, with examples.
for verb in $("$binary" help | awk '/^  [a-z]/ {print $1}'); do
  grep -q '^\.SH EXAMPLES' "$scratch/man/iai-$verb.1" || { echo "iai-$verb.1 has no examples"; failed=1; }
  [ -e "$source/tests/sessions/$verb.test" ] || { echo "tests/sessions/$verb.test is missing"; failed=1; }
done
exit $failed
