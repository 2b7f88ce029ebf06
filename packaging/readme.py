"""Prints a page of the repository as a package shows it: with links that work outside of the repository.

    readme.py FILE [KEPT…]    KEPT: files beside it that the package has too

PAYWALL_REPOSITORY is the address of the repository's pages. Without it, such a link becomes its text.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
repository = os.environ.get("PAYWALL_REPOSITORY", "")
page = Path(sys.argv[1]).resolve()
kept = set(sys.argv[2:])


def link(found: "re.Match[str]") -> str:
    text, address = found.groups()
    path, hash_, anchor = address.partition("#")
    if ":" in address or not path or path in kept:
        return found.group()
    if not repository:
        return text
    place = (page.parent / path).resolve().relative_to(ROOT)
    return f"[{text}]({repository}/blob/main/{place}{hash_}{anchor})"


print(re.sub(r"\[([^\]]*)\]\(([^)\s]*)\)", link, page.read_text(encoding="utf-8")), end="")
