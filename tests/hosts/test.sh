#!/usr/bin/env bash
# Every host under load for a moment, alone and together, with the faults of one seed.
set -euo pipefail
cd "$(dirname "$0")/../.."

part=hosts
source scripts/steps.sh
run tests/hosts/run.sh --seconds 15 --seed 1
run tests/hosts/run.sh soak --seconds 15 --seed 1
all_ran
