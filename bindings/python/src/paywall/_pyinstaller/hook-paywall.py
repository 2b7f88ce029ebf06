"""Puts libpaywall into a program that PyInstaller makes: nothing imports it, so PyInstaller does not see it."""  # noqa: N999

import os

from paywall._loading import BUNDLED

# An editable install has none: then the program takes the one that PAYWALL_LIBRARY names, or the system's.
binaries = [(BUNDLED, os.path.join("paywall", "_native"))] if os.path.exists(BUNDLED) else []
