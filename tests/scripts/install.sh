#!/usr/bin/env bash
# An installed tree works from where it lies: binary, the runtime beside it, manual, completions, schemas.
set -uo pipefail
binary=$1
build=$(dirname "$binary")
prefix=$(mktemp -d); trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >"$prefix/log" 2>&1 || { cat "$prefix/log"; exit 1; }
failed=0
want() { [ -e "$prefix/$1" ] || { echo "$1 is not installed"; failed=1; }; }
for file in share/man/man1/iai.1 share/bash-completion/completions/iai share/zsh/site-functions/_iai share/fish/vendor_completions.d/iai.fish \
  lib/iai/iai_json_lines.so lib/iai/iai_audio.so lib/iai/iai_images.so lib/iai/iai_arrays.so share/iai/schemas/doctor.schema.json share/doc/iai/LICENSE share/iai/scripts/demo-frame.sh; do want $file; done
if [ -e "$build/iai_columnar_files" ]; then  # built with Arrow: its libraries lie beside the module, or in the system
  "$build/iai_columnar_files" "$prefix/columnar" && "$prefix/bin/iai" inspect "$prefix/columnar/plant.parquet" >"$prefix/log" 2>&1 || { cat "$prefix/log"; echo "the installed binary reads no Parquet"; failed=1; }
fi
[ "$("$prefix/bin/iai" --version)" = "$("$binary" --version)" ] || { echo "the installed binary says another version"; failed=1; }
if [ -e "$prefix/lib/iai/libonnxruntime.so.1" ]; then
  found=$(env -u IAI_ONNXRUNTIME "$prefix/bin/iai" doctor --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["onnxruntime"]["library"])')
  case $found in "$prefix"/lib/iai/*) ;; *) echo "doctor finds $found, not the installed runtime"; failed=1 ;; esac
fi

# The installed demo uses the installed binary and deletes nobody's files.
mkdir "$prefix/mine" && touch "$prefix/mine/file"
bash "$prefix/share/iai/scripts/demo.sh" "$prefix/mine" >"$prefix/log" 2>&1
[ $? = 3 ] && [ -e "$prefix/mine/file" ] && grep -q 'name another folder' "$prefix/log" || { cat "$prefix/log"; echo "the demo takes a folder that is not its own"; failed=1; }
exit $failed
