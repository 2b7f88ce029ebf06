"""Makes an archive whose bytes depend only on what is in the folder, and on SOURCE_DATE_EPOCH.

archive.py zip|tar FOLDER FILE [PREFIX]
"""

import gzip
import os
import sys
import tarfile
import time
import zipfile
from pathlib import Path

kind, folder, file, *prefix = sys.argv[1:]
root = Path(folder)
top = prefix[0] + "/" if prefix else ""
epoch = int(os.environ["SOURCE_DATE_EPOCH"])
paths = sorted(path for path in root.rglob("*") if not path.is_dir())
Path(file).parent.mkdir(parents=True, exist_ok=True)


def mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


if kind == "zip":
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(top + path.relative_to(root).as_posix(), time.gmtime(epoch)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode(path)) << 16
            archive.writestr(entry, path.read_bytes())
else:
    with open(file, "wb") as raw:
        packed = gzip.GzipFile("", "wb", mtime=epoch, fileobj=raw)
        with packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for path in paths:
                entry = archive.gettarinfo(str(path), top + path.relative_to(root).as_posix())
                entry.uid = entry.gid = 0
                entry.uname = entry.gname = "root"
                entry.mtime = epoch
                if path.is_symlink():
                    archive.addfile(entry)
                else:
                    entry.mode = mode(path)
                    with path.open("rb") as content:
                        archive.addfile(entry, content)
