"""Puts libpaywall into the wheel, and names the wheel for one platform and every Python 3.

PAYWALL_BUNDLE names the shared library that was built for this platform.
"""

import os
import shutil
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

NAMES = {"win32": "paywall.dll", "darwin": "libpaywall.1.dylib"}


class BuildWithLibrary(build_py):
    """Copies the library to where the package looks for it first."""

    def run(self):
        super().run()
        # An editable install takes the library from PAYWALL_LIBRARY or from the system.
        if not self.editable_mode:
            target = self._target()
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._library(), target)

    def get_outputs(self, include_bytecode=True):
        return [*super().get_outputs(include_bytecode), str(self._target())]

    def _target(self):
        return Path(self.build_lib, "paywall", "_native", NAMES.get(sys.platform, "libpaywall.so.1"))

    def _library(self):
        library = os.environ.get("PAYWALL_BUNDLE", "")
        if not os.path.isfile(library):
            raise SystemExit("PAYWALL_BUNDLE must be the path of the shared library that goes into the wheel")
        return library


class WheelForEveryPython(bdist_wheel):
    """Names the wheel for every Python 3: ctypes depends only on the platform."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelForEveryPython}, distclass=PlatformDistribution)
