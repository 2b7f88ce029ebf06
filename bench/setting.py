"""What is measured, and what it is measured against: builds, certificates, servers, the request as we send it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from measuring import Program

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
BUILT = ROOT / "target" / "bench"
# What packages deliver.
DELIVERED = ROOT / "dist" / "natives" / "linux-x64"
LIBRARY = DELIVERED / "libpaywall.so.1"
DOTNET = ROOT / "bindings" / "dotnet" / "build"
CORE = DOTNET / "downloads" / "sdk" / "dotnet"
STANDARD = DOTNET / "downloads" / "sdk" / "sdk" / "3.1.102" / "ref" / "netstandard.dll"
SYSTEM_TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
SAMPLE = ROOT / "tests" / "samples" / "resend_ok_5001.json"
FAR = "10.77.0.2"  # the second network of wire.py
# For the rows with dead addresses: the one that answers, and those that nobody has.
ALIVE = "198.51.100.1"
DEAD = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
DEAD_V6 = "2001:db8::1"


def sh(*command: str | Path, env: dict[str, str] | None = None) -> str:
    words = [str(word) for word in command]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=600, env=env)
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {(ran.stderr or ran.stdout).strip()[-800:]}")
    return ran.stdout


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def await_file(path: Path, child: "subprocess.Popen[bytes]") -> None:
    """Waits for a server, which writes its process id once it listens."""
    until = time.monotonic() + 30
    while not (path.exists() and path.stat().st_size):
        if child.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{path.name} did not appear: the server did not start")
        time.sleep(0.02)


class Setting:
    """Everything that a run needs, in a folder of its own that is gone after `with`."""

    def __init__(self, smoke: bool) -> None:
        self.smoke = smoke
        self.children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Setting":
        self.folder = Path(tempfile.mkdtemp(prefix="paywall-bench-"))
        # The workers of nginx and PHP-FPM run as another user.
        self.folder.chmod(0o755)
        try:
            self.build_peers()
            self.make_certificates()
            self.ports = {scheme: free_port() for scheme in ("http", "https")}
            self.answers = self.start_answers("127.0.0.1", "near").pid
            self.capture_request()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for child in reversed(self.children):
            child.terminate()
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def counts(self, full: int, smoke: int) -> int:
        return smoke if self.smoke else full

    # What is built

    def build_peers(self) -> None:
        BUILT.mkdir(parents=True, exist_ok=True)
        cc = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-O2"]
        sh(*cc, BENCH / "c" / "host.c", "-o", BUILT / "host", "-ldl", "-lpthread")
        peer = [*cc, "-shared", "-fPIC"]
        paywall = [f"-I{ROOT}/include", str(LIBRARY), f"-Wl,-rpath,{DELIVERED}"]
        sh(*peer, BENCH / "c" / "paywall.c", "-o", BUILT / "paywall.so", *paywall)
        cpp = ["c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", f"-I{ROOT}/bindings/cpp"]
        sh(*cpp, BENCH / "c" / "paywall.cpp", "-o", BUILT / "paywall_cpp.so", *paywall)
        sh(*peer, BENCH / "c" / "socket.c", "-o", BUILT / "socket.so")
        sh(*peer, BENCH / "c" / "curl.c", "-o", BUILT / "curl.so", "-lcurl")
        sh(*peer, "-DDOCUMENT", BENCH / "c" / "curl.c", "-o", BUILT / "curl_jansson.so", "-lcurl", "-ljansson")

    def build_python(self) -> Path:
        """Makes a virtual environment with the peers and our package, compiled as an installed one is."""
        venv, wanted = BUILT / "venv", (BENCH / "python" / "requirements.txt").read_text()
        python, stamp = venv / "bin" / "python", venv / "stamp"
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(venv, ignore_errors=True)
            sh(sys.executable, "-m", "venv", venv)
            pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            sh(*pip, "--requirement", BENCH / "python" / "requirements.txt")
            stamp.write_text(wanted)
        package = self.folder / "python"
        if not package.exists():
            shutil.copytree(ROOT / "bindings" / "python" / "src", package)
            sh(python, "-m", "compileall", "-q", package)
        return python

    def build_dotnet(self) -> None:
        """Builds the same program for both runtimes, beside the assembly that belongs to each."""
        sh(ROOT / "bindings" / "dotnet" / "test.sh", "build")
        references = {
            "net462": ["-r:System.Net.Http.dll"],
            "netstandard2.0": ["-nostdlib", "-noconfig", f"-r:{STANDARD}"],
        }
        for framework, words in references.items():
            out = BUILT / framework
            out.mkdir(exist_ok=True)
            shutil.copy(DOTNET / framework / "Paywall.dll", out)
            mcs = ["mcs", "-langversion:7", "-optimize", *words, f"-r:{out}/Paywall.dll", f"-out:{out}/Calls.exe"]
            sh(*mcs, BENCH / "dotnet" / "Calls.cs")
        shutil.copy(BENCH / "dotnet" / "Calls.runtimeconfig.json", BUILT / "netstandard2.0")
        # Mono's own trust store, in the home of the programs.
        sh("cert-sync", "--quiet", "--user", self.folder / "ca.pem", env=self.environment("https"))

    # What is served

    def make_certificates(self) -> None:
        at = self.folder
        sh(BENCH / "certificates.sh", at, FAR)
        # ca_file is added to the system's store. So that all read the same trust, the peers get both in one file.
        (at / "bundle.pem").write_bytes(SYSTEM_TRUST.read_bytes() + (at / "ca.pem").read_bytes())
        for name in ("ca.pem", "bundle.pem"):
            (at / name).chmod(0o644)

    def from_template(self, name: str, folder: Path, **values: object) -> Path:
        text = (BENCH / name).read_text()
        for word, value in {"folder": folder, **values}.items():
            text = text.replace(f"@{word}@", str(value))
        (folder / name).write_text(text)
        return folder / name

    def start(self, command: Sequence[str], ready: Path, before: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
        with open(self.folder / "servers.log", "ab") as log:
            child = subprocess.Popen([*before, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.children.append(child)
        await_file(ready, child)
        return child

    def start_nginx(self, config: Path, before: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
        ready = config.with_suffix(".pid")
        log = str(config.with_suffix(".log"))
        return self.start(["nginx", "-c", str(config), "-e", log, "-g", "daemon off;"], ready, before)

    def nginx_user(self) -> str:
        return "user www-data;" if os.getuid() == 0 else ""

    def start_answers(self, address: str, name: str, before: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
        folder = self.folder / name
        folder.mkdir()
        for file in ("leaf.pem", "leaf.key"):
            shutil.copy(self.folder / file, folder)
        answer, user = SAMPLE.read_text().strip(), self.nginx_user()
        config = self.from_template("answers.conf", folder, user=user, address=address, answer=answer, **self.ports)
        return self.start_nginx(config, before)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Gives the server a processor to itself, as it has elsewhere.

        If the two share one, they hand over to each other without a sleep. Whether they do so is up to the scheduler,
        and changes from run to run.
        """
        every = os.sched_getaffinity(0)
        servers = [int(pid) for pid in Path(f"/proc/{self.answers}/task/{self.answers}/children").read_text().split()]
        theirs = {max(every)}
        ours = every - theirs or theirs
        try:
            for pid, processors in {0: ours, **dict.fromkeys(servers, theirs)}.items():
                os.sched_setaffinity(pid, processors)
            yield
        finally:
            for pid in [0, *servers]:
                os.sched_setaffinity(pid, every)

    def start_shop(self, name: str, host: str, before: Sequence[str] = ()) -> str:
        """nginx and PHP-FPM with two workers, deployed as the package's README says; returns where the pages are."""
        folder, port = self.folder / name, free_port()
        package = self.deploy(folder)
        root = os.getuid() == 0
        base_url = f"https://{host}:{self.ports['https']}"
        user = "user = www-data\ngroup = www-data\nlisten.owner = www-data" if root else ""
        self.from_template("fpm.conf", folder, base_url=base_url, url=base_url + self.path, user=user)
        ini = {
            "ffi.enable": "preload",
            "ffi.preload": folder / "paywall-ffi.h",
            "opcache.enable": 1,
            "opcache.preload": package / "preload.php",
            "display_errors": 0,
        }
        if root:
            ini["opcache.preload_user"] = "www-data"
        lines = [word for name, value in ini.items() for word in ("-d", f"{name}={value}")]
        fpm = ["php-fpm8.2", "--nodaemonize", "--fpm-config", str(folder / "fpm.conf"), *lines]
        self.start(fpm, folder / "fpm.pid", before)
        self.start_nginx(self.from_template("pages.conf", folder, port=port, user=self.nginx_user()), before)
        pages = f"http://127.0.0.1:{port}"
        self.check_pages(pages, before)
        return pages

    def deploy(self, folder: Path) -> Path:
        package = folder / "package"
        for part in ("src", "resources", "bin"):
            shutil.copytree(ROOT / "bindings" / "php" / part, package / part)
        for part in ("autoload.php", "preload.php"):
            shutil.copy(ROOT / "bindings" / "php" / part, package)
        platform = "require $argv[1]; echo Paywall\\Internal\\LibraryPaths::platform();"
        native = package / "native" / sh("php", "-r", platform, package / "autoload.php")
        native.mkdir(parents=True)
        shutil.copy(LIBRARY, native)
        shutil.copytree(BENCH / "php" / "www", folder / "www")
        for file in ("ca.pem", "bundle.pem", "head", "body.json"):
            shutil.copy(self.folder / file, folder)
        (folder / "paywall-ffi.h").write_text(sh("php", package / "bin" / "paywall-doctor", "--header"))
        sh("chmod", "-R", "a+rX", folder)
        return package

    def check_pages(self, pages: str, before: Sequence[str]) -> None:
        """Checks that each page prints the token of the answer: a page that fails at once would be fast."""
        token = json.loads(SAMPLE.read_text())["Body"]["Masterpass"]["Result"]["Token"]
        ask = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=30).read().decode())"
        for page in ("paywall.php", "curl.php", "curl.php?trust=ca.pem", "guzzle.php", "empty.php"):
            told = sh(*before, sys.executable, "-c", ask, f"{pages}/{page}").strip()
            if told != token:
                raise RuntimeError(f"{page} says {told[:300]!r}")

    def start_wire(self, delay_ms: float) -> "tuple[list[str], list[str]]":
        """Makes two networks. Returns what to put before a command to run it in the one or the other."""
        wire = subprocess.Popen(
            [sys.executable, str(BENCH / "wire.py"), str(delay_ms)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.children.append(wire)
        assert wire.stdout is not None
        pids = wire.stdout.readline().split()
        if len(pids) != 2:
            raise RuntimeError("wire.py made no networks: it needs root and /dev/net/tun")
        near, far = (["nsenter", "-t", pid.decode(), "-n"] for pid in pids)
        return near, far

    def start_addresses(self) -> list[str]:
        """A server in a far network, whose name has dead addresses too. Returns what to put before a command."""
        near, far = self.start_wire(1)
        for words in ("address add 2001:db8:1::1/64 dev wire nodad", "route add 2001:db8::/64 dev wire"):
            sh(*near, "ip", "-6", *words.split())
        for network in (ALIVE, DEAD[0]):
            sh(*near, "ip", "route", "add", f"{network}/24".replace(".1/", ".0/"), "dev", "wire")
        sh(*far, "ip", "address", "add", f"{ALIVE}/32", "dev", "lo")
        self.start_answers(ALIVE, "addresses", far)
        return near

    def at_addresses(self, near: list[str], peer: str, addresses: Sequence[str]) -> Program:
        """A program that makes a new connection for each call, to a name that has these addresses."""
        hosts = self.folder / "-".join(["hosts", *addresses]).replace(":", "-")
        hosts.write_text("".join(f"{address} shop.example\n" for address in addresses))
        bound = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts)]
        program, base_url = self.c(peer, "https"), f"https://shop.example:{self.ports['https']}"
        program.environment.update(
            PAYWALL_BASE_URL=base_url,
            PAYWALL_IDLE_TIMEOUT_MS="0",
            BENCH_URL=base_url + self.path,
            BENCH_CA=str(self.folder / "ca.pem"),
            BENCH_FORBID_REUSE="1",
        )
        return Program([*near, *bound, *program.command, "connections"], program.environment)

    # What is sent

    def capture_request(self) -> None:
        """Takes the bytes of one call of ours; every peer then sends the same head and body."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(30)
            taken: list[bytes] = []

            def answer() -> None:
                peer, _ = server.accept()
                with peer:
                    peer.settimeout(30)
                    have = b""
                    while b"\r\n\r\n" not in have or len(have.split(b"\r\n\r\n", 1)[1]) < length(have):
                        have += peer.recv(65536)
                    taken.append(have)
                    body = SAMPLE.read_bytes()
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

            thread = threading.Thread(target=answer)
            thread.start()
            self.path = ""
            here = f"http://localhost:{server.getsockname()[1]}"
            environment = {**self.environment("http"), "PAYWALL_BASE_URL": here}
            Program([str(BUILT / "host"), str(BUILT / "paywall.so"), "first"], environment).run()
            thread.join(30)
        head, self.body = taken[0].decode().split("\r\n\r\n", 1)
        line, *fields = head.split("\r\n")
        self.path = line.split(" ")[1]
        # These are each client's own business: HttpWebRequest takes no Connection from its user.
        own = ("host:", "content-length:", "connection:")
        kept = [field for field in fields if not field.lower().startswith(own)]
        self.request_id = next(field.split(": ")[1] for field in kept if field.lower().startswith("x-request-id:"))
        (self.folder / "head").write_text("".join(f"{field}\n" for field in kept))
        (self.folder / "body.json").write_text(self.body)
        raw = taken[0].replace(here.removeprefix("http://").encode(), f"localhost:{self.ports['http']}".encode())
        (self.folder / "request").write_bytes(raw)

    def environment(self, scheme: str) -> dict[str, str]:
        at, base_url = self.folder, f"{scheme}://localhost:{self.ports[scheme]}"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(at),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(at / "python"),
            "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
            "PAYWALL_BASE_URL": base_url,
            "PAYWALL_CA_FILE": str(at / "ca.pem"),
            "PAYWALL_LIBRARY": str(LIBRARY),
            "PAYWALL_API_KEY": "bench-key-000",
            "PAYWALL_API_CLIENT": "bench-client",
            "BENCH_URL": base_url + getattr(self, "path", ""),
            "BENCH_PORT": str(self.ports[scheme]),
            "BENCH_CA": str(at / "bundle.pem"),
            "BENCH_HEAD": str(at / "head"),
            "BENCH_BODY": str(at / "body.json"),
            "BENCH_REQUEST": str(at / "request"),
            "BENCH_REQUEST_ID": getattr(self, "request_id", ""),
        }

    # The programs

    def c(self, peer: str, scheme: str, *more: str) -> Program:
        return Program([str(BUILT / "host"), str(BUILT / f"{peer}.so"), *more], self.environment(scheme))

    def counted(self, peer: str, scheme: str) -> Program:
        """For valgrind: the trust store is read before the calls that count, so one certificate is enough."""
        program, ca = self.c(peer, scheme), str(self.folder / "ca.pem")
        program.environment.update(BENCH_CA=ca, SSL_CERT_FILE=ca)
        return program

    def python(self, peer: str, scheme: str) -> Program:
        return Program([str(self.build_python()), str(BENCH / "python" / "calls.py"), peer], self.environment(scheme))

    def php(self, peer: str, scheme: str) -> Program:
        ini = ["-d", "ffi.enable=1", "-d", "opcache.enable_cli=1"]
        return Program(["php", *ini, str(BENCH / "php" / "calls.php"), peer], self.environment(scheme))

    def mono(self, peer: str, scheme: str) -> Program:
        return Program(["mono", str(BUILT / "net462" / "Calls.exe"), peer], self.environment(scheme))

    def core(self, peer: str, scheme: str) -> Program:
        return Program([str(CORE), str(BUILT / "netstandard2.0" / "Calls.exe"), peer], self.environment(scheme))

    def alone(self, program: Program) -> Program:
        """The same with a library that answers at once: what is left is the binding."""
        fake = str(DOTNET / "net462" / "fake-1.7.so")
        # The programs in C and C++ are linked with the library, the others load what they are given.
        preload = fake if program.command[0] == str(BUILT / "host") else ""
        more = {"FAKE_DOCUMENT": "usual", "PAYWALL_LIBRARY": fake, "LD_PRELOAD": preload}
        return Program(program.command, {**program.environment, **more})

    def curl_command(self, trust: str) -> Program:
        at = self.folder
        environment = self.environment("https")
        words = [
            "curl",
            "--silent",
            "--show-error",
            "--fail",
            "--cacert",
            str(at / trust),
            "--header",
            f"@{at}/head",
            "--data-binary",
            f"@{at}/body.json",
            environment["BENCH_URL"],
        ]
        return Program(words, environment)


def length(request: bytes) -> int:
    for line in request.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    raise RuntimeError("the request has no Content-Length")
