"""Writes a package of NuGet's again: complete, and with bytes that depend only on its content.

    nupkg.py FROM TO

The SDK that makes it (3.1) does not know the element for the page that feeds show, and gives files the time and a
random name. PAYWALL_REPOSITORY is the address of the repository.
"""

import os
import re
import sys
import time
import zipfile

source, destination = sys.argv[1:]
stamp = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
repository = os.environ.get("PAYWALL_REPOSITORY", "")
files = {}
with zipfile.ZipFile(source) as archive:
    for name in archive.namelist():
        files[re.sub(r"[0-9a-f]+\.psmdcp$", "paywall.psmdcp", name)] = archive.read(name)

relations = files["_rels/.rels"].decode()
relations = re.sub(r"/[0-9a-f]+\.psmdcp", "/paywall.psmdcp", relations)
count = iter(range(1, 9))
files["_rels/.rels"] = re.sub(r'Id="[^"]*"', lambda _: f'Id="R{next(count)}"', relations).encode()

[nuspec] = [name for name in files if name.endswith(".nuspec")]
text = files[nuspec].decode("utf-8-sig")
added = "<readme>README.md</readme>" if "README.md" in files else ""
if repository:
    added += f'<projectUrl>{repository}</projectUrl><repository type="git" url="{repository}" />'
files[nuspec] = re.sub(r"(?=\s*<(?:dependencies|packageTypes|/metadata))", "\n    " + added, text, count=1).encode()

with zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for name in sorted(files):
        entry = zipfile.ZipInfo(name, stamp)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, files[name])
