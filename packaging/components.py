"""What is compiled into the packages: crates, the standard library, and the runtimes of the linkers.

components.py notices    prints THIRD-PARTY-NOTICES: each component with the text of its licence
components.py sbom       prints a bill of materials, CycloneDX 1.5

Reads Cargo.lock and the sources that cargo has fetched, the source of the standard library (rust-web-src), and the
licences that zig and Debian's MinGW-w64 bring. A component without a text of its licence is an error.
"""

import json
import os
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Dict, List, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
STD = Path("/usr/lib/rustlib/src/rust/library").resolve()
ZIG = next((ROOT / "target/dist/tools/lib").glob("python3*/site-packages/ziglang"))
# What the standard library takes for systems that are not in the table.
NOT_OURS = {"dlmalloc", "fortanix-sgx-abi", "hermit-abi", "moto-rt", "r-efi", "r-efi-alloc"} | {
    *("unwinding", "vex-sdk", "wasi", "wasip1", "wasip2", "wit-bindgen")
}
LICENCE_FILES = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|unlicense)")


class Component(NamedTuple):
    name: str
    version: str
    licence: str
    purl: str
    texts: List[Path]
    sha256: str = ""


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def triples() -> List[str]:
    rows = (ROOT / "packaging/targets.txt").read_text(encoding="utf-8").splitlines()
    # This machine's cargo knows the same systems; those for Windows 7 have the crates of the others.
    names = [row.split()[1] for row in rows if row and not row.startswith("#")]
    return sorted({re.sub(r"\.2\.\d+$", "", name).replace("-win7-", "-pc-") for name in names})


def licence_texts(folder: Path) -> List[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and LICENCE_FILES.match(path.name))


def crates() -> List[Component]:
    linked = set()
    for triple in triples():
        tree = output("cargo", "tree", "--locked", "-e", "normal,no-proc-macro", "-p", "paywall", "--target", triple)
        linked |= set(re.findall(r"([\w-]+) v(\S+)", tree))
    checksums: Dict[str, str] = {}
    for entry in (ROOT / "Cargo.lock").read_text(encoding="utf-8").split("[[package]]"):
        fields = dict(re.findall(r'^(\w+) = "(.*)"$', entry, re.MULTILINE))
        checksums["{name} {version}".format(**fields) if "name" in fields else ""] = fields.get("checksum", "")
    found = []
    for package in json.loads(output("cargo", "metadata", "--locked", "--format-version", "1"))["packages"]:
        name, version = package["name"], package["version"]
        if (name, version) in linked and package["source"]:
            texts = licence_texts(Path(package["manifest_path"]).parent)
            purl = f"pkg:cargo/{name}@{version}"
            found.append(Component(name, version, package["license"], purl, texts, checksums[f"{name} {version}"]))
    return found


def standard_library() -> List[Component]:
    """The library that the compiler brings, which is compiled with ours, and what it takes from others."""
    rust = output("/usr/bin/rustc", "--version").split()[1]
    found = [
        Component("rust-std", rust, "MIT OR Apache-2.0", f"pkg:generic/rust-std@{rust}", [STD.parent / "COPYRIGHT"])
    ]
    packages = {}
    for entry in (STD / "Cargo.lock").read_text(encoding="utf-8").split("[[package]]")[1:]:
        fields = dict(re.findall(r'^(\w+) = "(.*)"$', entry, re.MULTILINE))
        packages[fields["name"]] = (fields, re.findall(r'^ "([\w-]+)', entry, re.MULTILINE))
    wanted, seen = ["std", "panic_unwind"], set()
    while wanted:
        name = wanted.pop()
        if name not in seen | NOT_OURS and name in packages:
            seen.add(name)
            wanted += packages[name][1]
    for name in sorted(seen):
        fields = packages[name][0]
        if "source" not in fields:
            continue
        folders = [STD / "vendor" / f"{name}-{fields['version']}", STD / "vendor" / name]
        folder = next((place for place in folders if place.is_dir()), None)
        if folder is None:
            continue  # only its tests need it: Debian leaves it out
        manifest = (folder / "Cargo.toml").read_text(encoding="utf-8")
        licence = re.search(r'^license = "(.*)"', manifest, re.MULTILINE)
        purl = f"pkg:cargo/{name}@{fields['version']}"
        expression = licence.group(1).replace("/", " OR ") if licence else ""
        found.append(Component(name, fields["version"], expression, purl, licence_texts(folder)))
    return found


def runtimes() -> List[Component]:
    zig = next(ZIG.parent.glob("ziglang-*.dist-info")).name[len("ziglang-") : -len(".dist-info")]
    mingw = output("dpkg-query", "-W", "-f=${Version}", "mingw-w64-common")
    gcc = output("dpkg-query", "-W", "-f=${Version}", "gcc-mingw-w64-base")
    documents = Path("/usr/share/doc")

    def of_zig(name: str, licence: str, *texts: str) -> Component:
        return Component(name, f"zig {zig}", licence, f"pkg:generic/zig@{zig}#{name}", [ZIG / text for text in texts])

    return [
        of_zig("compiler-rt", "MIT", "LICENSE"),
        of_zig("libunwind", "Apache-2.0 WITH LLVM-exception", "lib/libunwind/LICENSE.TXT"),
        of_zig("musl", "MIT", "lib/libc/musl/COPYRIGHT"),
        Component(
            "mingw-w64",
            mingw,
            "ZPL-2.1",
            f"pkg:deb/debian/mingw-w64@{mingw}",
            [documents / "mingw-w64-common/copyright"],
        ),
        Component(
            "libgcc",
            gcc,
            "GPL-3.0-or-later WITH GCC-exception-3.1",
            f"pkg:deb/debian/gcc-mingw-w64@{gcc}",
            [documents / "gcc-mingw-w64-base/copyright"],
        ),
    ]


def all_components() -> List[Component]:
    found = crates() + standard_library() + runtimes()
    for component in found:
        missing = [str(text) for text in component.texts if not text.is_file()]
        if missing or not component.licence:
            raise SystemExit(
                f"components: {component.name}: no licence ({component.licence!r}) or text of it: {missing}"
            )
    return found


def notices() -> None:
    print("What libpaywall's packages contain besides libpaywall, which is under MIT or Apache-2.0.\n")
    by_text: Dict[str, List[str]] = {}
    for component in all_components():
        title = f"{component.name} {component.version} ({component.licence})"
        print(title)
        texts = component.texts or [ROOT / "LICENSE-MIT", ROOT / "LICENSE-APACHE"]
        for text in texts:
            by_text.setdefault(text.read_text(encoding="utf-8", errors="replace").strip(), []).append(title)
    # Many have the same text, which then stands once.
    for text, titles in by_text.items():
        print("\n" + "=" * 80 + "\n" + "\n".join(titles) + "\n" + "=" * 80 + "\n\n" + text)


def sbom() -> None:
    version = os.environ["VERSION"]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    components = []
    for component in all_components():
        entry = {
            "type": "library",
            "bom-ref": component.purl,
            "name": component.name,
            "version": component.version,
            "purl": component.purl,
            "licenses": [{"expression": component.licence}],
        }
        if component.sha256:
            entry["hashes"] = [{"alg": "SHA-256", "content": component.sha256}]
        components.append(entry)
    # One crate may be in the library and in the standard library.
    unique = list({entry["bom-ref"]: entry for entry in components}.values())
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"libpaywall {version} {epoch}").urn,
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "component": {
                "type": "library",
                "bom-ref": "libpaywall",
                "name": "libpaywall",
                "version": version,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
            },
        },
        "components": unique,
        "dependencies": [{"ref": "libpaywall", "dependsOn": [entry["bom-ref"] for entry in unique]}],
    }
    print(json.dumps(document, indent=1, ensure_ascii=False))


{"notices": notices, "sbom": sbom}[sys.argv[1]]()
