# What both demos share; sourced by demo.sh and demo-turbofan.sh. Every command is printed so that it can be typed again.
set -euo pipefail
export LC_ALL=C.UTF-8
unset IAI_REGISTRY

# Starts a project in an empty FOLDER and goes there.
start_project() {
  rm -rf "$1"
  mkdir -p "$1"
  cd "$1"
  command -v iai >/dev/null || { echo "demo: no iai on the PATH: run make first" >&2; exit 4; }
}

chapter() { printf '\n== %s ==\n' "$*"; }
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

