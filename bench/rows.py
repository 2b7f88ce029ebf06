"""What is measured: for each row of docs/benchmarks.md a function that yields its figures."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from measuring import Figure, Program, Rounds, copied, first_answer, heap, instructions, pages, peak_kib
from setting import ALIVE, BUILT, DEAD, DEAD_V6, FAR, LIBRARY, Setting, sh

Row = Callable[[Setting], Iterator[Figure]]
ROWS: dict[str, Row] = {}
OURS = "libpaywall"
DOTNET_PEERS = {"HttpWebRequest": "webrequest", "HttpClient": "httpclient"}


def row(name: str) -> Callable[[Row], Row]:
    def add(function: Row) -> Row:
        ROWS[name] = function
        return function

    return add


def warm_calls(setting: Setting, programs: dict[str, Program], rounds: int, calls: int) -> Rounds:
    """Of each round: the median time of a warm call, and the client's mean CPU time."""
    number = str(setting.counts(calls, 20))
    turns = {name: partial(program.numbers, number) for name, program in programs.items()}
    with setting.apart():
        return Rounds(setting.counts(rounds, 1), turns)


def calls_in_c(setting: Setting, scheme: str, **peers: str) -> Rounds:
    files = {OURS: "paywall", "libcurl": "curl", "libcurl and jansson": "curl_jansson", **peers}
    return warm_calls(setting, {name: setting.c(file, scheme, "calls") for name, file in files.items()}, 11, 2500)


@row("C, http")
def c_http(setting: Setting) -> Iterator[Figure]:
    rounds = calls_in_c(setting, "http", **{"bare write and read": "socket"})
    yield rounds.ratio("warm call in C, http", 0, "µs", OURS, "bare write and read", at_most=1.20)
    yield rounds.ratio("the same, CPU of the client", 1, "µs", OURS, "bare write and read", at_most=1.6)
    for peer in ("libcurl", "libcurl and jansson"):
        yield rounds.ratio("warm call in C, http", 0, "µs", OURS, peer)


@row("C, https")
def c_https(setting: Setting) -> Iterator[Figure]:
    rounds = calls_in_c(setting, "https")
    yield rounds.ratio("warm call in C, https", 0, "µs", OURS, "libcurl")
    yield rounds.ratio("the same, CPU of the client", 1, "µs", OURS, "libcurl", at_most=0.80)
    yield rounds.ratio("warm call in C, https", 0, "µs", OURS, "libcurl and jansson")


@row("C, https, a connection each")
def c_connections(setting: Setting) -> Iterator[Figure]:
    peer = "libcurl, trusting one CA"
    programs = {OURS: setting.c("paywall", "https", "calls"), peer: setting.c("curl", "https", "calls")}
    programs[OURS].environment["PAYWALL_IDLE_TIMEOUT_MS"] = "0"
    programs[peer].environment.update(BENCH_FORBID_REUSE="1", BENCH_CA=str(setting.folder / "ca.pem"))
    rounds = warm_calls(setting, programs, 5, 500)
    what = "call in C over a new connection, https"
    yield rounds.ratio(what, 0, "µs", OURS, peer, at_most=1.0)
    yield rounds.ratio("the same, CPU of the client", 1, "µs", OURS, peer)


@row("dead addresses")
def dead_addresses(setting: Setting) -> Iterator[Figure]:
    near = setting.start_addresses()
    # curl races IPv6 against IPv4, and has nothing against dead addresses of one family.
    programs = {
        OURS: setting.at_addresses(near, "paywall", [DEAD_V6, ALIVE]),
        "libcurl": setting.at_addresses(near, "curl", [DEAD_V6, ALIVE]),
        "three": setting.at_addresses(near, "paywall", [*DEAD, ALIVE]),
        "none": setting.at_addresses(near, "paywall", [ALIVE]),
    }
    count = str(setting.counts(5, 1))
    rounds = Rounds(setting.counts(5, 1), {name: partial(program.numbers, count) for name, program in programs.items()})
    one = "the first connection, one dead IPv6 address before the good one"
    yield rounds.ratio(one, 0, "ms", OURS, "libcurl", at_most=1.0)
    yield Figure(one, "", rounds.median(0, OURS), "ms", at_most=300, absolute=True)
    yield rounds.ratio("the next connections", 1, "ms", OURS, "libcurl", at_most=1.0)
    above = rounds.difference(1, OURS, "none")
    yield Figure("the next connections, above those without a dead address", "", above, "ms", at_most=10, absolute=True)
    three = rounds.median(0, "three")
    yield Figure("the first connection, three dead addresses", "", three, "ms", at_most=800, absolute=True)
    above = rounds.difference(1, "three", "none")
    yield Figure("the next connections, above those without them", "", above, "ms", at_most=10, absolute=True)


@row("instructions")
def instructions_of_a_call(setting: Setting) -> Iterator[Figure]:
    for scheme, most in (("http", 55_000), ("https", 65_000)):
        what, count = f"user-space instructions of a warm call, {scheme}", setting.counts(200, 20)
        ours, both, libcurl = (
            instructions(setting.counted(peer, scheme), count) for peer in ("paywall", "curl_jansson", "curl")
        )
        yield Figure(what, "", ours, "", at_most=most, absolute=True)
        yield Figure(what, "libcurl and jansson", ours, "", both, ours / both)
        yield Figure(what, "libcurl, no document", ours, "", libcurl, ours / libcurl, at_most=0.7)


@row("heap")
def heap_of_a_call(setting: Setting) -> Iterator[Figure]:
    count = setting.counts(100, 20)
    for scheme in ("http", "https"):
        for measure, blocks, size in ((heap, "allocations", "bytes allocated"), (copied, "copies", "bytes copied")):
            ours, theirs = (measure(setting.counted(peer, scheme), count) for peer in ("paywall", "curl_jansson"))
            for column, what, unit in ((1, blocks, ""), (0, size, "B")):
                mine, other = ours[column], theirs[column]
                yield Figure(f"{what}, a warm call, {scheme}", "libcurl and jansson", mine, unit, other, mine / other)


@row("first call")
def first_call(setting: Setting) -> Iterator[Figure]:
    setting.build_dotnet()
    programs = {
        OURS: setting.c("paywall", "https", "first"),
        "curl": setting.curl_command("bundle.pem"),
        "curl, trusting one CA": setting.curl_command("ca.pem"),
        "Python requests": setting.python("requests", "https"),
        "PHP ext-curl": setting.php("curl", "https"),
        "Mono HttpClient": setting.mono("httpclient", "https"),
    }
    in_languages = {
        "Python requests": setting.python("paywall", "https"),
        "PHP ext-curl": setting.php("paywall", "https"),
        "Mono HttpClient": setting.mono("paywall", "https"),
    }
    every = {**programs, **{f"{OURS} instead of {peer}": program for peer, program in in_languages.items()}}
    turns = {name: partial(first_answer, program) for name, program in every.items()}
    rounds = Rounds(setting.counts(11, 1), turns)
    for column, what, most in ((0, "first call of a process, https", 1.0), (1, "CPU of that process", None)):
        for peer in list(programs)[1:]:
            yield rounds.ratio(what, column, "ms", OURS, peer, at_most=most)
        for peer in in_languages:
            ours = f"{OURS} instead of {peer}"
            yield rounds.ratio(f"{what}, in the same language", column, "ms", ours, peer, at_most=most)


@row("PHP-FPM")
def fpm(setting: Setting) -> Iterator[Figure]:
    pages_at = setting.start_shop("shop", "localhost")
    yield from shop(setting, pages_at, "a page that resends once, https", [], least=6, most=0.25)


@row("PHP-FPM, far")
def fpm_far(setting: Setting) -> Iterator[Figure]:
    near, far = setting.start_wire(15)
    setting.start_answers(FAR, "far", far)
    pages_at = setting.start_shop("far-shop", FAR, near)
    # One round trip of three remains: no client can save more.
    yield from shop(setting, pages_at, "a page, the service 30 ms away", near, least=2.5, most=0.4)


def shop(setting: Setting, pages_at: str, what: str, before: list[str], least: float, most: float) -> Iterator[Figure]:
    peers = {"ext-curl": "curl.php", "ext-curl, trusting one CA": "curl.php?trust=ca.pem", "Guzzle": "guzzle.php"}
    every = {OURS: "paywall.php", **peers, "a page that calls nobody": "empty.php"}
    seconds = setting.counts(2, 1)
    turns = {name: partial(pages, f"{pages_at}/{page}", seconds, 2, before) for name, page in every.items()}
    rounds = Rounds(setting.counts(5, 1), turns)
    for peer in peers:
        yield rounds.speed(f"{what}: pages a second", 0, "/s", OURS, peer, at_least=least)
        yield rounds.ratio(f"{what}: 99th percentile", 1, "ms", OURS, peer, at_most=most)
    yield rounds.speed(f"{what}: pages a second", 0, "/s", OURS, "a page that calls nobody")


@row("Python")
def python(setting: Setting) -> Iterator[Figure]:
    aims: dict[str, float | None] = {"requests": 7, "httpx": 5, "urllib3": 3.5}
    for scheme in ("http", "https"):
        programs = {OURS: setting.python("paywall", scheme), **{peer: setting.python(peer, scheme) for peer in aims}}
        yield from in_language(f"warm call from Python, {scheme}", warm_calls(setting, programs, 5, 500), aims)


@row("PHP")
def php(setting: Setting) -> Iterator[Figure]:
    for scheme in ("http", "https"):
        programs = {OURS: setting.php("paywall", scheme), "ext-curl, handle reused": setting.php("curl", scheme)}
        rounds = warm_calls(setting, programs, 7, 2000)
        yield from in_language(f"warm call from PHP, {scheme}", rounds, {"ext-curl, handle reused": 1.15})


@row("Mono")
def mono(setting: Setting) -> Iterator[Figure]:
    for scheme in ("http", "https"):
        yield from dotnet(setting, f"warm call from Mono, {scheme}", setting.mono, scheme, 2.5)


@row(".NET Core")
def core(setting: Setting) -> Iterator[Figure]:
    yield from dotnet(setting, "warm call from .NET Core, http", setting.core, "http", 2)


def dotnet(
    setting: Setting, what: str, runtime: Callable[[str, str], Program], scheme: str, least: float
) -> Iterator[Figure]:
    setting.build_dotnet()
    programs = {name: runtime(peer, scheme) for name, peer in {OURS: "paywall", **DOTNET_PEERS}.items()}
    yield from in_language(what, warm_calls(setting, programs, 3, 1000), {"HttpWebRequest": None, "HttpClient": least})


def in_language(what: str, rounds: Rounds, aims: dict[str, float | None]) -> Iterator[Figure]:
    """By the clock, most of a call is the server's and the scheduler's part: the aims are in CPU time."""
    for peer, least in aims.items():
        yield rounds.speed(what, 0, "µs", OURS, peer)
        yield rounds.speed(f"{what}: CPU", 1, "µs", OURS, peer, at_least=least)


@row("languages, above C")
def languages(setting: Setting) -> Iterator[Figure]:
    setting.build_dotnet()
    in_c = setting.c("paywall", "https", "calls")
    programs = {
        "C++": setting.c("paywall_cpp", "https", "calls"),
        "Python": setting.python("paywall", "https"),
        "PHP": setting.php("paywall", "https"),
        "Mono": setting.mono("paywall", "https"),
        ".NET Core": setting.core("paywall", "https"),
    }
    aims: dict[str, float] = {"C++": 3, "Python": 20, "PHP": 15, "Mono": 25, ".NET Core": 15}
    everything = {"C": in_c, **programs}
    over_https = warm_calls(setting, everything, 7, 2000)
    alone = warm_calls(setting, {name: setting.alone(program) for name, program in everything.items()}, 7, 2000)
    for name in programs:
        what = f"a call from {name} above the same call in C"
        for rounds, column, part, most in (
            (over_https, 0, "", aims[name]),
            (over_https, 1, ", CPU", None),
            (alone, 0, ", into a library that answers at once", aims[name]),
        ):
            above = rounds.difference(column, name, "C")
            yield Figure(what + part, "", above, "µs", at_most=most, absolute=True)
    few, many = (str(setting.counts(calls, 20)) for calls in (2000, 20000))
    for name, program in programs.items():
        grown = peak_kib(program, many) - peak_kib(program, few)
        yield Figure(
            f"resident growth from 2,000 to 20,000 calls, {name}", "", grown, "KiB", at_most=512, absolute=True
        )


@row("threads")
def threads(setting: Setting) -> Iterator[Figure]:
    calls = str(setting.counts(8000, 128))
    contenders = {
        OURS: ("paywall", "shared"),
        "a context for each thread": ("paywall", "own"),
        "libcurl, a handle for each thread": ("curl", "own"),
    }
    for number in (1, 2, 4, 16, 64):
        turns = {
            name: partial(setting.c(peer, "http").numbers, "threads", calls, str(number), whose)
            for name, (peer, whose) in contenders.items()
        }
        rounds = Rounds(setting.counts(7, 1), turns)
        what = f"calls a second on one context, threads: {number}"
        yield rounds.speed(what, 0, "/s", OURS, "a context for each thread", at_least=0.97)
        yield rounds.speed(what, 0, "/s", OURS, "libcurl, a handle for each thread")


@row("contexts")
def contexts(setting: Setting) -> Iterator[Figure]:
    cpu = "CPU of pw_ctx_new and the first https call"
    joined, plain = "a second context, https, with ca_file", "a second context, https, only the system's store"
    count = str(setting.counts(5000, 50))
    programs = {cpu: setting.c("paywall", "https", "cpu")}
    programs |= {what: setting.c("paywall", "https", "second", count) for what in (joined, plain)}
    programs[plain].environment["PAYWALL_CA_FILE"] = ""
    rounds = Rounds(setting.counts(11, 1), {what: program.numbers for what, program in programs.items()})
    yield Figure(cpu, "", rounds.median(0, cpu) / 1000, "ms", at_most=8, absolute=True)
    for what in (joined, plain):
        yield Figure(what, "", rounds.median(0, what), "µs", at_most=2, absolute=True)


@row("memory")
def memory(setting: Setting) -> Iterator[Figure]:
    programs = {OURS: setting.c("paywall", "https", "memory"), "libcurl": setting.c("curl", "https", "memory")}
    rounds = Rounds(setting.counts(7, 1), {name: program.numbers for name, program in programs.items()})
    yield rounds.ratio("resident growth: loading, and one https call", 0, "KiB", OURS, "libcurl", at_most=0.6)
    yield rounds.ratio("the same, only anonymous pages", 1, "KiB", OURS, "libcurl")


@row("size")
def size(_: Setting) -> Iterator[Figure]:
    libcurl = next(path for path in needed(BUILT / "curl.so") if path.name.startswith("libcurl"))
    own = {path.name for path in needed(LIBRARY)}
    brought = [path for path in needed(libcurl) if path.name not in own]
    ours, theirs = LIBRARY.stat().st_size / 1e6, sum(path.stat().st_size for path in [libcurl, *brought]) / 1e6
    against = f"libcurl and {len(brought)} libraries"
    yield Figure("size, as delivered", against, ours, "MB", theirs, ours / theirs, at_most=2.2, absolute=True)


def needed(library: Path) -> list[Path]:
    """The libraries that are loaded with this one."""
    lines = sh("ldd", library).splitlines()
    return [Path(line.split(" => ")[1].split(" ")[0]) for line in lines if " => /" in line]
