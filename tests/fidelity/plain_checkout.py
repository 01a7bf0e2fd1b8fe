#!/usr/bin/env python3
"""Write the newest commit's files of a local git copy to a folder, skipping objects the snapshot lacks.

  plain_checkout.py GIT_DIR DEST [PATH ...]
`git archive` stops at the first absent object; this does not. Nothing is run or built.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    git, dest, paths = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    names = subprocess.run(["git", "-C", git, "ls-tree", "-r", "-z", "HEAD", *paths], check=True, stdout=subprocess.PIPE).stdout.split(
        b"\0"
    )
    cat = subprocess.Popen(["git", "-C", git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert cat.stdin and cat.stdout
    wrote = missing = links = 0
    for row in filter(None, names):
        meta, name = row.split(b"\t", 1)
        mode, kind, oid = meta.split()
        if kind != b"blob":
            continue
        cat.stdin.write(oid + b"\n")
        cat.stdin.flush()
        head = cat.stdout.readline().split()
        if head[-1] == b"missing":
            missing += 1
            continue
        body = cat.stdout.read(int(head[2]) + 1)[:-1]
        out = dest / name.decode("utf-8", "surrogateescape")
        if ".." in out.parts:
            continue
        out.parent.mkdir(parents=True, exist_ok=True)
        if mode == b"120000":  # a link: only inside the tree
            target = body.decode()
            if not target.startswith("/") and (out.parent / target).resolve().is_relative_to(dest.resolve()):
                out.unlink(missing_ok=True)
                out.symlink_to(target)
                links += 1
            continue
        out.write_bytes(body)
        wrote += 1
    cat.stdin.close()
    cat.wait()
    print(f"{wrote} files, {links} links written to {dest}; {missing} objects absent from the snapshot")
    return 0


if __name__ == "__main__":
    sys.exit(main())
