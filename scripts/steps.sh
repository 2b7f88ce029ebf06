# shellcheck shell=bash disable=SC2154 # the sourcer sets part
# Sourced by what tests a part step by step. `run COMMAND…` is a step: it shows the command and, where it fails, how to run it
# alone. With ONLY=word only those steps run that have the word; `all_ran` fails where none had it.
#   part    its sourcer sets this to the name in `make test-NAME`, and `again` if the command is another

ran=0

run() {
  local status=0 step=${*//$PWD\//}
  [[ "$step" == *"${ONLY-}"* ]] || return 0
  ran=$((ran + 1))
  echo "-- $step"
  "$@" || status=$?
  [ "$status" -eq 0 ] || step_failed "$status" "$step"
}

step_failed() { # STATUS STEP
  echo "$part: exit code $1 from: $2" >&2
  echo "only this step: ${again:-make test-$part} ONLY='$2'" >&2
  exit "$1"
}

all_ran() {
  [ "$ran" -gt 0 ] || { echo "$part: no step has the words of ONLY: '${ONLY-}'" >&2; exit 1; }
}

# Two kinds of step.

prints() { # TEXT PROGRAM…: nothing else
  local printed
  printed=$("${@:2}") || return
  [ "$printed" = "$1" ] || { echo "instead of $1: $printed" >&2; return 1; }
}

sends_nothing() { # PROGRAM…: to the sandbox that runs
  local before
  before=$(ask_sandbox GET /__sandbox/requests)
  "$@" || return
  [ "$before" = "$(ask_sandbox GET /__sandbox/requests)" ] || { echo "something was sent" >&2; return 1; }
}
