"""For PyInstaller: it asks for the folder through the entry point `pyinstaller40`."""

import os
from typing import List


def get_hook_dirs() -> List[str]:
    """Returns the folder of the hook."""
    return [os.path.dirname(__file__)]
