#!/usr/bin/env bash
# SmallCrush, then Crush, over the named orders (all four without names), two orders at a time.
# usage: [SEED=1] [JOBS=2] bench/testu01/run.sh [stream|replicas|layers|strips ...]
set -euo pipefail
cd "$(dirname "$0")"

export SEED=${SEED:-1}
WORK=$(mktemp -d)
export WORK
[[ $# -gt 0 ]] || set -- replicas layers stream strips

gcc -std=c11 -O3 -march=native -Wall -Wextra -o "$WORK/crush" crush.c \
  -ltestu01 -ltestu01probdist -ltestu01mylib -lm
mkdir -p results
echo "The full logs, which are long, are in $WORK."

run_order() {
  set -euo pipefail
  local order=$1 battery
  TIMEFORMAT='Wall %0R s, user %0U s, system %0S s.'
  for battery in small crush; do
    { time nice -n 19 "$WORK/crush" "$battery" "$order" "$SEED" >"$WORK/$order.$battery.log"; } \
      2>"$WORK/$order.$battery.time"
  done
  # Written when both are done, so that a run cut short leaves the earlier evidence whole.
  for battery in small crush; do
    sed -n '/Summary results/,$ { s/ *$//; p }' "$WORK/$order.$battery.log" | cat -s
    cat "$WORK/$order.$battery.time"
    echo
  done >"$WORK/$order.txt"
  mv "$WORK/$order.txt" "results/$order.txt"
}
export -f run_order

# xargs, because it starts the next order as soon as either core is free.
printf '%s\0' "$@" | xargs -0 -P "${JOBS:-2}" -I{} bash -c 'run_order "$1"' run_order {}
