"""Prints the scenarios as lines of fields with tabs between, for programs without a JSON reader."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    for row in json.load(file):
        expect = row["expect"]
        names = ("status", "action", "kind", "code", "stage", "token_state")
        told = [expect[name] or "-" for name in names]
        told += ["renewed" if expect["session_renewed"] else "-", str(expect["http_status"] or "-")]
        session = row.get("session", "6489433e-f36b-1410-825e-001264113a90")
        fields = [row["name"], row["token"], session, " ".join(told)]
        for option in row.get("options", {}).items():
            fields += option
        print("\t".join(field.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") for field in fields))
