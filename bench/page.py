"""The page that a run writes: the table, and the machine that it was measured on."""

import datetime
import os
import platform
import re
from pathlib import Path

from measuring import Figure
from setting import CORE, ROOT, sh

PAGE = ROOT / "docs" / "benchmarks.md"
TEMPLATE = ROOT / "bench" / "page.md"


def number(value: float, unit: str) -> str:
    if unit == "ms" or unit == "MB":
        text = f"{value:,.2f}"
    elif abs(value) >= 100 or unit in ("", "B", "KiB", "/s"):
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return f"{text} {unit}".rstrip()


def cells(figure: Figure) -> list[str]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} {figure.times}"
    met = {None: "", True: "met", False: "**not met**"}[figure.met]
    theirs = "" if figure.theirs is None else number(figure.theirs, figure.unit)
    return [figure.what, figure.against, ratio, number(figure.ours, figure.unit), theirs, figure.aim, met]


def line(figure: Figure) -> str:
    what, against, ratio, ours, theirs, aim, met = cells(figure)
    return f"{what:58.58} {against:34.34} {ratio:>16} {ours:>12} {theirs:>12}  {aim:18} {met.strip('*')}"


def package(name: str) -> str:
    return sh("dpkg-query", "-W", "-f", "${Version}", name).split("-")[0]


def version(*command: str) -> str:
    """The first thing in what it prints that looks like a version."""
    told = sh("sh", "-c", " ".join(command) + " 2>&1")
    found = re.search(r"\d+\.\d+(\.\d+)*[-\w]*", told)
    return found[0] if found else "?"


def machine(load: tuple[float, float, float]) -> list[tuple[str, str]]:
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", info)
    memory = re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())
    changed = (
        " and changes on top" if sh("git", "-C", ROOT, "status", "--porcelain", "--", ":!docs/benchmarks.md") else ""
    )
    python = ROOT / "target/bench/venv/bin/python"
    packages = "requests, httpx, urllib3"
    if python.exists():
        freeze = sh(python, "-m", "pip", "freeze", "--disable-pip-version-check").split()
        packages = ", ".join(
            each.replace("==", " ") for each in freeze if each.split("==")[0] in ("requests", "httpx", "urllib3")
        )
    return [
        ("date", datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("commit", sh("git", "-C", ROOT, "rev-parse", "--short", "HEAD").strip() + changed),
        ("processor", f"{model[1] if model else platform.processor()}, {os.cpu_count()} cores"),
        ("memory", f"{int(memory[1]) // 1024:,} MiB" if memory else "?"),
        ("system", f"{system[1] if system else '?'}, Linux {platform.release()}, glibc {platform.libc_ver()[1]}"),
        ("load at start", " ".join(f"{each:.2f}" for each in load)),
        ("compilers", f"rustc {version('rustc', '--version')}, gcc {version('gcc', '-dumpfullversion')}"),
        ("server", f"nginx {version('nginx', '-v')}"),
        (
            "peers in C",
            (
                f"libcurl {version('curl-config', '--version')}, OpenSSL {version('openssl', 'version')}, "
                f"jansson {package('libjansson-dev')}"
            ),
        ),
        (
            "languages",
            (
                f"Python {platform.python_version()} ({packages}), PHP {version('php', '-v')}, "
                f"Guzzle {package('php-guzzlehttp-guzzle')}, "
                f"Mono {version('mono', '--version')}, .NET Core {core_version()}"
            ),
        ),
    ]


def core_version() -> str:
    # A run of some rows need not have built it.
    versions = (CORE.parent / "shared" / "Microsoft.NETCore.App").glob("*")
    return max((folder.name for folder in versions), default="not built")


def warning(load: tuple[float, float, float]) -> str:
    """The warning if other work ran: times are then worth little, counts as much as ever."""
    if load[0] <= (os.cpu_count() or 1) * 0.5:
        return ""
    return (
        f"The machine was busy with other work (load {load[0]:.1f} on {os.cpu_count()} cores): do not trust the times."
    )


def text(figures: list[Figure], load: tuple[float, float, float], seconds: float) -> str:
    judged = [figure.met for figure in figures if figure.met is not None]
    rows = [
        "| what | against | ratio | libpaywall | the other | aim | |",
        "| --- | --- | ---: | ---: | ---: | --- | --- |",
    ]
    rows += ["| " + " | ".join(cells(figure)) + " |" for figure in figures]
    described = ["| | |", "| --- | --- |"] + [f"| {name} | {told} |" for name, told in machine(load)]
    page = TEMPLATE.read_text()
    for word, value in {
        "warning": f"\n> **{warning(load)}**\n" if warning(load) else "",
        "table": "\n".join(rows),
        "machine": "\n".join(described),
        "met": str(sum(judged)),
        "judged": str(len(judged)),
        "seconds": f"{seconds:.0f}",
    }.items():
        page = page.replace(f"@{word}@", value)
    return page


def write(figures: list[Figure], load: tuple[float, float, float], seconds: float) -> None:
    PAGE.write_text(text(figures, load, seconds))
