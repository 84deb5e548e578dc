#!/usr/bin/env bash
# Drives the committed completions in the real shells; a shell that is not installed is left out, none at all: skipped.
set -uo pipefail
binary=$1 source=$2
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/work" && ln -s "$binary" "$scratch/bin/iai"
export PATH=$scratch/bin:$PATH HOME=$scratch XDG_CONFIG_HOME=$scratch/config
cd "$scratch/work" && mkdir models && touch model.onnx notes.txt task.yaml "two words.onnx"
failed=0 driven=0
# expect SHELL LINE WANTED... [-- UNWANTED...]: what completing LINE offers
expect() {
  local shell=$1 line=$2 offered wanted=1; shift 2
  offered=$(offer_$shell "$line")
  for word; do
    if [ "$word" = -- ]; then wanted=0; continue; fi
    if [ $wanted = 1 ] && ! grep -qF -- "$word" <<<"$offered"; then echo "$shell: '$line' does not offer $word; it offers: $offered"; failed=1; fi
    if [ $wanted = 0 ] && grep -qF -- "$word" <<<"$offered"; then echo "$shell: '$line' offers $word"; failed=1; fi
  done
}
offer_bash() {
  bash --norc -c 'source "$1"; line=$2; read -ra COMP_WORDS <<<"$line"; [[ $line == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _iai; printf "%s\n" "${COMPREPLY[@]}"' bash "$source/completions/iai.bash" "$1"
}
offer_fish() { fish --no-config -c "source '$source/completions/iai.fish'; complete -C '$1'"; }
offer_zsh() {
  zsh -f -c '
    zmodload zsh/zpty
    zpty -b shell zsh -f
    zpty -w shell "PS1=READY; autoload -U compinit; compinit -u -d $HOME/.zcompdump; source $1; LISTMAX=0; setopt no_list_beep; zstyle \":completion:*\" list-prompt \"\"; echo LOADED"
    for i in {1..100}; do zpty -r -t shell part && all+=$part; [[ $all == *LOADED*LOADED*READY* ]] && break; sleep 0.05; done
    all=
    zpty -w -n shell "$2"$'"'\\t\\t'"'
    for i in {1..40}; do zpty -r -t shell part && all+=$part && i=$((i > 20 ? 20 : i)); sleep 0.05; done
    print -r -- "$all"; zpty -d shell' zsh "$source/completions/_iai" "$1" 2>/dev/null | tr -d '\r\a'
}
for shell in bash fish zsh; do
  command -v $shell >/dev/null || { echo "$shell is not installed"; continue; }
  driven=$((driven + 1))
  expect $shell "iai ins" inspect
  expect $shell "iai inspect --j" --json
  expect $shell "iai doctor --runt" --runtime
  expect $shell "iai registry v" verify
done
for shell in bash fish; do
  command -v $shell >/dev/null || continue
  expect $shell "iai " doctor inspect registry help
  expect $shell "iai registry log --l" --limit
  expect $shell "iai doctor --color " always never
  expect $shell "iai help re" registry
done
[ $driven -gt 0 ] || exit 77
exit $failed
