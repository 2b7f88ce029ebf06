"""Measures libpaywall beside its peers: `make bench`, or `make bench ROWS=word` for the rows whose name contains it.

    run.py [--smoke] [WORD]

Prints the table. If all rows were measured, it also writes the table and the machine's description to
docs/benchmarks.md. With --smoke it measures every row with tiny counts, and judges and writes nothing. Fails if a row
gives no number.
"""

import argparse
import os
import sys
import time

import page
from measuring import Figure
from rows import ROWS
from setting import Setting


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--smoke", action="store_true")
    arguments.add_argument("word", nargs="?", default="")
    chosen = arguments.parse_args()
    load, begun = os.getloadavg(), time.monotonic()
    rows = {name: measure for name, measure in ROWS.items() if chosen.word.lower() in name.lower()}
    if not rows:
        sys.exit(f"bench: no row has {chosen.word!r} in its name: {', '.join(ROWS)}")
    if not chosen.smoke and page.warning(load):
        print(f"bench: {page.warning(load)}")
    figures: list[Figure] = []
    failed: list[str] = []
    with Setting(chosen.smoke) as setting:
        for name, measure in rows.items():
            since, count = time.monotonic(), len(figures)
            try:
                for figure in measure(setting):
                    figures.append(figure)
                    if not chosen.smoke:
                        print(page.line(figure), flush=True)
                if not any(figure.ours > 0 for figure in figures[count:]):
                    raise RuntimeError("all figures are 0")
            except Exception as error:  # whatever it is, the other rows still have their numbers
                print(f"bench: {name}: {error}", file=sys.stderr, flush=True)
                failed.append(name)
                continue
            print(f"-- {name}: {len(figures) - count} figures, {time.monotonic() - since:.1f} s", flush=True)
    seconds = time.monotonic() - begun
    if failed:
        print(f"bench: no number from {', '.join(failed)}", file=sys.stderr)
        return 1
    if not chosen.smoke and not chosen.word:
        page.write(figures, load, seconds)
        print(f"written to docs/benchmarks.md after {seconds:.0f} s")
    else:
        # Made here too, so that a run of minutes does not fail at its end.
        page.text(figures, load, seconds)
        print(f"bench: {len(rows)} rows, {len(figures)} figures, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"bench: {error}")
