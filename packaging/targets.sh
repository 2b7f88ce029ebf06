# shellcheck shell=bash disable=SC2034 # the sourcer uses what `target` sets
# Sourced. Reads the table packaging/targets.txt.

targets=$(dirname "${BASH_SOURCE[0]}")/targets.txt

target_names() { # all|KIND…
  awk -v kinds=" $* " '!/^#/ && NF && (kinds == " all " || index(kinds, " " $3 " ")) { print $1 }' "$targets"
}

# Sets name, rust, kind, wheel, rid, php, runs and oldest.
target() { # NAME
  read -r name rust kind wheel rid php runs oldest < <(awk -v name="$1" '$1 == name' "$targets") ||
    { echo "packaging/targets.txt has no target '$1'; it has: $(target_names all | paste -sd ' ')" >&2; exit 2; }
}
