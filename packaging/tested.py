"""Prints TESTED.md: for each package in dist/, where it ran, or that it was never run.

tested.py NOTES    the folder with the notes of packaging/test.sh
"""

import hashlib
import sys
from collections import defaultdict
from pathlib import Path

DIST = Path(__file__).resolve().parents[1] / "dist"

# A note has the checksum of what ran: a package that was made again counts as never run.
tested = defaultdict(list)
for note in sorted(Path(sys.argv[1]).iterdir()):
    sum_, name, system = note.read_text(encoding="utf-8").rstrip("\n").split("\t")
    tested[name, sum_].append(system)

print("# Where each package ran\n")
print("Each package was installed as its user would, away from the sources. There the list of scenarios ran; with a")
print("plug-in for a shop, its own tests. A package for several systems ran only on those that its line names.\n")
print("| package | ran on |\n| --- | --- |")
for file in sorted(DIST.glob("*/*")):
    name = file.relative_to(DIST).as_posix()
    if file.is_file() and not name.startswith("natives/"):
        sum_ = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"| `{name}` | {'; '.join(tested[name, sum_]) or '**built, never run**'} |")
