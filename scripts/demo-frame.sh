# What both demos share; sourced by demo.sh and demo-turbofan.sh. Every command is printed so that it can be typed again.
set -euo pipefail
export LC_ALL=C.UTF-8
unset IAI_REGISTRY

# The binary of a checkout, or the one installed beside PREFIX/share/iai/scripts; else the one on the PATH.
for bin in "${IAI_BUILD:-$root/build}" "$root/../../bin"; do
  if [ -x "$bin/iai" ]; then PATH=$(cd "$bin" && pwd):$PATH; break; fi
done
export PATH

# start_project DEFAULT [FOLDER]: an empty FOLDER to work in; without one, DEFAULT in the checkout, or, installed, in the
# current folder. What is there already is deleted only where an earlier demo made it.
start_project() {
  local folder=${2:-$1}
  command -v iai >/dev/null || { echo "demo: no iai on the PATH: run make first" >&2; exit 4; }
  [ $# -gt 1 ] || [ ! -e "$root/CMakeLists.txt" ] || folder=$root/$1
  if [ -n "$(ls -A "$folder" 2>/dev/null)" ]; then
    [ -e "$folder/.demo" ] || { echo "demo: $folder is not empty and no earlier demo's: name another folder" >&2; exit 3; }
    rm -rf "$folder"
  fi
  mkdir -p "$folder" || { echo "demo: no folder can be made here: name one, $0 FOLDER" >&2; exit 3; }
  cd "$folder"
  touch .demo
}

chapter() { printf '\n== %s ==\n' "$*"; }
remark() { printf '\n# %s\n' "$*"; }
print_command() {
  local word line=
  for word in "$@"; do
    case $word in
      *[!a-zA-Z0-9_./=,:@%+-]*) line+=" '$word'" ;;
      *) line+=" $word" ;;
    esac
  done
  printf '\n$%s\n' "$line"
}

# say COMMAND...: prints and runs it; any exit code but 0 ends the demo.
say() { print_command "$@"; "$@"; }

# expect CODE COMMAND...: the same for a command whose answer is no; another exit code ends the demo.
expect() {
  local wanted=$1 code=0
  shift
  print_command "$@"
  "$@" || code=$?
  [ "$code" -eq "$wanted" ] || { echo "demo: exit code $code, expected $wanted" >&2; exit 70; }
  echo "(exit code $code)"
}

# field KEY [VERB [FILE]]: the value that follows "KEY": in the newest record of VERB that names FILE.
newest_record() { iai registry log --verb "$1" --file "$2" --limit 1 --json | sed -n 's/^ *"id": "\([0-9a-f]*\)".*/\1/p'; }

# metric FILE VERB NAME: a figure of the newest such record; with an interval "value (low to high)".
metric() {
  iai registry show "$(newest_record "$2" "$1")" --json | awk -v name="\"$3\":" '
    $1 == name && $2 == "{" {inside = 1; next}
    $1 == name {gsub(/,/, "", $2); printf "%.4g", $2; exit}
    inside && $1 == "\"high\":" {high = $2 + 0}
    inside && $1 == "\"low\":" {low = $2 + 0}
    inside && $1 == "\"value\":" {printf "%.4g (%.4g to %.4g)", $2, low, high; exit}'
}

# summary METRIC MODEL...: one screen from the records; the first model is the reference.
summary() {
  local name=$1 model verdict
  shift
  chapter "Summary"
  printf '%-22s %10s   %-28s %-26s\n' model bytes "$name (95 %)" "latency ratio (95 %)"
  for model in "$@"; do
    printf '%-22s %10s   %-28s %-26s\n' "$(basename "$model")" "$(stat -c %s "$model")" "$(metric "$model" evaluate "$name")" \
      "$(if [ "$model" = "$1" ]; then echo reference; else metric "$model" bench latency_ratio; fi)"
  done
  verdict=$(iai registry show "$(newest_record gate "${*: -1}")" --json | sed -n 's/^ *"verdict": "\([a-z]*\)".*/\1/p' | tail -n 1)
  printf '\ngate: %s   dossier: %s\n' "$verdict" "$PWD/dossier.html"
}
