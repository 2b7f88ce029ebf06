"""Puts libpaywall into the wheel, and names the wheel for one platform and every Python 3.

PAYWALL_BUNDLE names the shared library that was built for the platform. Without it, a source distribution compiles the
library, which needs cargo. PAYWALL_PLATFORM is the platform's tag if it is not this machine's.
PAYWALL_REPOSITORY is the address of the project's repository, for the metadata.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
# In a source distribution; in the repository the core is elsewhere, and scripts build it.
CORE = HERE / "core"
BUNDLED = {"win": "paywall.dll", "mac": "libpaywall.1.dylib"}
BUILT = {"win": "paywall.dll", "mac": "libpaywall.dylib"}
PLATFORM = os.environ.get("PAYWALL_PLATFORM", "")
SYSTEM = PLATFORM[:3] or {"win32": "win", "darwin": "mac"}.get(sys.platform, "")


class BuildWithLibrary(build_py):
    """Copies the library to where the package looks for it first."""

    def run(self):
        super().run()
        # An editable install takes the library from PAYWALL_LIBRARY or from the system.
        if not self.editable_mode:
            target = self._target()
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(library(), target)

    def get_outputs(self, include_bytecode=True):
        return [*super().get_outputs(include_bytecode), str(self._target())]

    def _target(self):
        return Path(self.build_lib, "paywall", "_native", BUNDLED.get(SYSTEM, "libpaywall.so.1"))


class WheelForEveryPython(bdist_wheel):
    """Names the wheel for every Python 3: ctypes depends only on the platform."""

    def get_tag(self):
        return ("py3", "none", PLATFORM or super().get_tag()[2])


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return True


def library():
    bundle = os.environ.get("PAYWALL_BUNDLE", "")
    if not bundle and CORE.is_dir():
        return compiled()
    if not os.path.isfile(bundle):
        raise SystemExit("PAYWALL_BUNDLE must be the path of the shared library that goes into the wheel")
    return bundle


def compiled():
    if shutil.which("cargo") is None:
        raise SystemExit("no wheel of paywall fits this system, and to compile it cargo is missing (https://rustup.rs)")
    command = ["cargo", "rustc", "--release", "--locked", "--lib", "--crate-type", "cdylib"]
    subprocess.run(command, cwd=CORE, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", CORE / "target"), "release", BUILT.get(SYSTEM, "libpaywall.so"))


def urls():
    repository = os.environ.get("PAYWALL_REPOSITORY", "")
    if not repository:
        return {}
    return {
        "Repository": repository,
        "Changelog": repository + "/blob/main/CHANGELOG.md",
        "Issues": repository + "/issues",
    }


setup(
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelForEveryPython},
    distclass=PlatformDistribution,
    project_urls=urls(),
)
