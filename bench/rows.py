"""What is measured: for each row of docs/benchmarks.md a function that yields its figures."""

import statistics
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional

from measuring import Figure, Program, copied, first_answer, heap, in_turns, instructions, median_ratio, pages
from setting import FAR, LIBRARY, Setting, sh

Row = Callable[[Setting], Iterator[Figure]]
ROWS: Dict[str, Row] = {}


def row(name: str) -> Callable[[Row], Row]:
    def add(function: Row) -> Row:
        ROWS[name] = function
        return function

    return add


def middle(samples: "List[tuple[float, ...]]", column: int) -> float:
    return statistics.median(sample[column] for sample in samples)


def compared(what: str, unit: str, given: "Dict[str, List[tuple[float, ...]]]", column: int, ours: str, theirs: str, *,
             times: bool = False, **aim: Optional[float]) -> Figure:
    """Ours by theirs; with `times` theirs by ours, which is how many times as fast ours is."""
    mine, other = ([sample[column] for sample in given[name]] for name in (ours, theirs))
    ratio = median_ratio(other, mine) if times else median_ratio(mine, other)
    return Figure(what, theirs, statistics.median(mine), unit, statistics.median(other), ratio, **aim)  # type: ignore


def warm_calls(setting: Setting, programs: Dict[str, Program], rounds: int, calls: int) -> "Dict[str, List[tuple[float, ...]]]":
    """Medians of wall time, and mean CPU time, of warm calls."""
    number = str(setting.counts(calls, 20))
    turns = {name: lambda program=program: program.numbers(*program_words(program), number) for name, program in programs.items()}
    return in_turns(setting.counts(rounds, 1), turns)


def program_words(program: Program) -> "List[str]":
    """The C host is told what to do; the scripts of the languages make calls."""
    return ["calls"] if program.command[0].endswith("/host") else []


@row("C, http")
def c_http(setting: Setting) -> Iterator[Figure]:
    programs = {"libpaywall": setting.c("paywall", "http"), "bare write and read": setting.c("socket", "http"),
                "libcurl": setting.c("curl", "http"), "libcurl and jansson": setting.c("curl_jansson", "http")}
    given = warm_calls(setting, programs, 11, 2500)
    yield compared("warm call in C, http", "µs", given, 0, "libpaywall", "bare write and read", at_most=1.20)
    yield compared("the same, CPU", "µs", given, 1, "libpaywall", "bare write and read")
    for peer in ("libcurl", "libcurl and jansson"):
        yield compared("warm call in C, http", "µs", given, 0, "libpaywall", peer)


@row("C, https")
def c_https(setting: Setting) -> Iterator[Figure]:
    programs = {"libpaywall": setting.c("paywall", "https"), "libcurl": setting.c("curl", "https"),
                "libcurl and jansson": setting.c("curl_jansson", "https")}
    given = warm_calls(setting, programs, 11, 2500)
    yield compared("warm call in C, https", "µs", given, 0, "libpaywall", "libcurl", at_most=0.90)
    yield compared("the same, CPU", "µs", given, 1, "libpaywall", "libcurl", at_most=0.90)
    yield compared("warm call in C, https", "µs", given, 0, "libpaywall", "libcurl and jansson")


@row("instructions")
def instructions_a_call(setting: Setting) -> Iterator[Figure]:
    for scheme, whole, alone in (("http", 0.60, 1.0), ("https", None, 0.90)):
        counted = {peer: instructions(setting.counted(peer, scheme), setting.counts(200, 20))
                   for peer in ("paywall", "curl_jansson", "curl")}
        what, ours = f"user-space instructions of a warm call, {scheme}", counted["paywall"]
        for peer, name, most in (("curl_jansson", "libcurl and jansson", whole), ("curl", "libcurl, no document", alone)):
            yield Figure(what, name, ours, "", counted[peer], ours / counted[peer], at_most=most)


@row("heap")
def heap_of_a_call(setting: Setting) -> Iterator[Figure]:
    for scheme in ("http", "https"):
        ours, theirs = (setting.counted(peer, scheme) for peer in ("paywall", "curl_jansson"))
        count = setting.counts(100, 20)
        for measure, kind, bytes_kind in ((heap, "allocations", "bytes allocated"), (copied, "copies", "bytes copied")):
            (mine_bytes, mine), (other_bytes, other) = measure(ours, count), measure(theirs, count)
            yield Figure(f"{kind} of a warm call, {scheme}", "libcurl and jansson", mine, "", other, mine / other)
            yield Figure(f"{bytes_kind} by a warm call, {scheme}", "libcurl and jansson", mine_bytes, "B", other_bytes,
                         mine_bytes / other_bytes)


@row("first call")
def first_call(setting: Setting) -> Iterator[Figure]:
    setting.build_dotnet()
    programs = {"libpaywall": setting.c("paywall", "https", "first"), "curl": setting.curl_command(),
                "Python requests": setting.python("requests", "https"), "PHP ext-curl": setting.php("curl", "https"),
                "Mono HttpClient": setting.mono("httpclient", "https"), "libpaywall in Python": setting.python("paywall", "https"),
                "libpaywall in PHP": setting.php("paywall", "https"), "libpaywall in Mono": setting.mono("paywall", "https")}
    given = in_turns(setting.counts(11, 1), {name: lambda program=program: first_answer(program) for name, program in programs.items()})
    for column, of in ((0, "first call of a process, https: exec to answer"), (1, "the same, CPU of the process")):
        for peer in ("curl", "Python requests", "PHP ext-curl", "Mono HttpClient"):
            yield compared(of, "ms", given, column, "libpaywall", peer, at_most=None if column else 1.0)
        for ours, peer in (("Python", "Python requests"), ("PHP", "PHP ext-curl"), ("Mono", "Mono HttpClient")):
            yield compared(f"{of}, from {ours}", "ms", given, column, f"libpaywall in {ours}", peer, at_most=None if column else 1.0)


@row("PHP-FPM")
def fpm(setting: Setting) -> Iterator[Figure]:
    yield from shop(setting, setting.start_shop("shop", "localhost"), "a page that resends once, https", [], least=6, most=0.25)


@row("PHP-FPM, far")
def fpm_far(setting: Setting) -> Iterator[Figure]:
    near, far = setting.start_wire(15)
    folder = setting.folder / "far"
    folder.mkdir()
    setting.start_answers(FAR, folder, far)
    # One round trip is what remains of three: no client can be faster than that.
    yield from shop(setting, setting.start_shop("far-shop", FAR, near), "the same, 30 ms away", near, least=2.5, most=0.4)


def shop(setting: Setting, at: str, what: str, before: "List[str]", least: float, most: float) -> Iterator[Figure]:
    seconds = 2 if not setting.smoke else 0.5
    names = {"libpaywall": "paywall", "ext-curl": "curl", "Guzzle": "guzzle", "a page that calls nobody": "empty"}
    turns = {name: lambda page=page: pages(f"{at}/{page}.php", max(1, seconds), 2, before) for name, page in names.items()}
    given = in_turns(setting.counts(5, 1), turns)
    for peer in ("ext-curl", "Guzzle"):
        yield compared(f"{what}: pages a second", "/s", given, 0, "libpaywall", peer, at_least=least)
        yield compared(f"{what}: 99th percentile", "ms", given, 1, "libpaywall", peer, at_most=most)
    yield compared(f"{what}: pages a second", "/s", given, 0, "libpaywall", "a page that calls nobody")


@row("Python")
def python(setting: Setting) -> Iterator[Figure]:
    for scheme in ("http", "https"):
        given = warm_calls(setting, {peer: setting.python(peer, scheme) for peer in ("paywall", "requests", "httpx", "urllib3")}, 5, 500)
        for peer, least in (("requests", 5), ("httpx", 3), ("urllib3", 3)):
            yield compared(f"warm call from Python, {scheme}", "µs", given, 0, "paywall", peer, times=True, at_least=least)


@row("PHP")
def php(setting: Setting) -> Iterator[Figure]:
    for scheme in ("http", "https"):
        given = warm_calls(setting, {peer: setting.php(peer, scheme) for peer in ("paywall", "curl")}, 7, 2000)
        yield from in_language(f"warm call from PHP, {scheme}", given, {"curl": "ext-curl, handle reused"}, 1.1)


@row("Mono")
def mono(setting: Setting) -> Iterator[Figure]:
    setting.build_dotnet()
    peers = {"webrequest": "HttpWebRequest", "httpclient": "HttpClient"}
    for scheme in ("http", "https"):
        given = warm_calls(setting, {peer: setting.mono(peer, scheme) for peer in ("paywall", *peers)}, 3, 1000)
        yield from in_language(f"warm call from Mono, {scheme}", given, peers, 2)


@row(".NET Core")
def core(setting: Setting) -> Iterator[Figure]:
    setting.build_dotnet()
    peers = {"webrequest": "HttpWebRequest", "httpclient": "HttpClient"}
    given = warm_calls(setting, {peer: setting.core(peer, "http") for peer in ("paywall", *peers)}, 3, 1000)
    yield from in_language("warm call from .NET Core, http", given, peers, 2)


def in_language(what: str, given: "Dict[str, List[tuple[float, ...]]]", peers: Dict[str, str], least: float) -> Iterator[Figure]:
    for peer, name in peers.items():
        figure = compared(what, "µs", given, 0, "paywall", peer, times=True, at_least=least)
        figure.against = name
        yield figure


@row("threads")
def threads(setting: Setting) -> Iterator[Figure]:
    calls = str(setting.counts(8000, 128))
    for number in (1, 2, 4, 16, 64):
        def turn(peer: str, whose: str) -> "Callable[[], List[float]]":
            return lambda: setting.c(peer, "http").numbers("threads", calls, str(number), whose)

        given = in_turns(setting.counts(5, 1), {"libpaywall": turn("paywall", "shared"), "a context for each thread": turn("paywall", "own"),
                                                "libcurl, a handle for each thread": turn("curl", "own")})
        what = f"calls a second on one context, {number} thread{'s' if number > 1 else ''}"
        yield compared(what, "/s", given, 0, "libpaywall", "a context for each thread", at_least=0.97)
        yield compared(what, "/s", given, 0, "libpaywall", "libcurl, a handle for each thread")


@row("contexts")
def contexts(setting: Setting) -> Iterator[Figure]:
    program = setting.c("paywall", "https", "contexts", str(setting.counts(5000, 50)))
    given = in_turns(setting.counts(11, 1), {"libpaywall": program.numbers})["libpaywall"]
    yield Figure("CPU of pw_ctx_new and the first https call", "", middle(given, 0) / 1000, "ms", at_most=8, absolute=True)
    yield Figure("a second context, https with ca_file", "", middle(given, 1), "µs", at_most=5, absolute=True)


@row("memory")
def memory(setting: Setting) -> Iterator[Figure]:
    programs = {"libpaywall": setting.c("paywall", "https", "memory"), "libcurl": setting.c("curl", "https", "memory")}
    given = in_turns(setting.counts(7, 1), {name: program.numbers for name, program in programs.items()})
    yield compared("resident growth: loading, and one https call", "KiB", given, 0, "libpaywall", "libcurl", at_most=0.6)
    yield compared("the same, anonymous", "KiB", given, 1, "libpaywall", "libcurl")


@row("size")
def size(setting: Setting) -> Iterator[Figure]:
    def needed(library: Path) -> "Dict[str, Path]":
        found = (line.split(" => ")[1].split(" ")[0] for line in sh("ldd", library).splitlines() if " => /" in line)
        return {Path(path).name: Path(path) for path in found}

    beside = {name: path for name, path in needed(libcurl(setting)).items() if name not in needed(LIBRARY)}
    theirs = sum(path.stat().st_size for path in (libcurl(setting), *beside.values()))
    ours = LIBRARY.stat().st_size
    yield Figure("size, stripped", f"libcurl and the {len(beside)} libraries that it brings", ours / 1e6, "MB", theirs / 1e6,
                 ours / theirs, at_most=2.0, absolute=True)


def libcurl(setting: Setting) -> Path:
    from setting import BUILT

    return next(Path(line.split(" => ")[1].split(" ")[0]) for line in sh("ldd", BUILT / "curl.so").splitlines() if "libcurl" in line)
