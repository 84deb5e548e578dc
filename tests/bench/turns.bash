# Sourced by scripts beside it: a command measured several times, in turns with its peers. Wants $work, a scratch folder.
declare -A best wall memory  # by name: least CPU seconds (user and system), least seconds, most memory in KiB

turn() {  # NAME COMMAND...
  local name=$1 seconds peak real start=$EPOCHREALTIME
  read -r seconds peak < <({ /usr/bin/time -f '%U %S %M' "${@:2}" >"$work/out" 2>"$work/err" || head -20 "$work/err" >&2; tail -1 "$work/err"; } | awk '{ print $1 + $2, $3 }')
  real=$(awk "BEGIN { print $EPOCHREALTIME - $start }")
  [[ -n ${best[$name]:-} ]] && awk "BEGIN { exit !(${best[$name]} <= $seconds) }" || best[$name]=$seconds
  [[ -n ${wall[$name]:-} ]] && awk "BEGIN { exit !(${wall[$name]} <= $real) }" || wall[$name]=$real
  [[ ${memory[$name]:-0} -ge $peak ]] || memory[$name]=$peak
}
