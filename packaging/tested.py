"""Prints TESTED.md: for each package in dist/, where the list of scenarios ran with it, or that it was never run.

tested.py NOTES    the folder with the notes of packaging/test.sh
"""

import hashlib
import sys
from collections import defaultdict
from pathlib import Path

DIST = Path(__file__).resolve().parents[1] / "dist"
FOLDERS = ("c", "command", "com", "python", "php", "dotnet", "debian")

tested = defaultdict(list)
for note in sorted(Path(sys.argv[1]).iterdir()):
    sum_, name, system = note.read_text(encoding="utf-8").rstrip("\n").split("\t")
    tested[name, sum_].append(system)

print("# Where each package ran\n")
print("Each package was installed as its user would, away from the sources. There the list of scenarios ran.\n")
print("| package | ran on |\n| --- | --- |")
for folder in FOLDERS:
    for file in sorted((DIST / folder).glob("*")):
        sum_ = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"| `{file.name}` | {'; '.join(tested[file.name, sum_]) or '**built, never run**'} |")
