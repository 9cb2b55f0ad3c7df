"""Unpacks a function's zip, or several layers' into one folder. Runs as a process of its own under limits:
`python -I -S unpack.py DIR SIZE... < zips`, with the size of each zip in bytes; what a later one has replaces what was there.

The zip is hostile: it can name files outside, claim any size, be a bomb. So nothing is believed that it says about itself,
bytes are counted while they are inflated, and the process has little memory, time and nothing to steal. Standard library
only; it imports nothing of Portico.

Answers one JSON object on stdout: `{"files": n, "bytes": n}`, or `{"refused": kind, "why": text}` where kind is `zip` (not a
zip that we take), `empty`, `size`, or `disk` (there is no room to unpack it).
"""

import errno
import io
import json
import os
import resource
import shutil
import stat
import struct
import sys
import zipfile
import zlib
from typing import IO

UNZIPPED_BYTES_MAX = 262_144_000
ENTRIES_MAX = 100_000
PATH_BYTES_MAX = 1024
LINK_BYTES_MAX = 4096
LINK_HOPS_MAX = 40
_PIECE = 1 << 16
_UNIX_EXTRA = 0x000D  # PKWARE's Unix field: what follows its 12 bytes is the target of a hard link
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, RuntimeError, MemoryError)
_OURS = {  # what is not the zip's fault, and the file that is larger than all may be together
    errno.ENOSPC: "disk",
    errno.EDQUOT: "disk",
    errno.EIO: "disk",
    errno.EROFS: "disk",
    errno.EFBIG: "size",
}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Parts = tuple[str, ...]


class Refused(Exception):
    """The zip is not taken; `kind` says which of AWS's errors it is."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


def limit_self() -> None:
    """Take what a zip could make us use beyond reason: memory, time, file size, processes' dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNZIPPED_BYTES_MAX, UNZIPPED_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o022)


def path_of(info: zipfile.ZipInfo) -> Parts:
    """The entry's path as components below the root.

    Raises:
        Refused: it is absolute, climbs with `..`, is empty, too long or holds a NUL.
    """
    name = info.orig_filename
    if "\0" in name or name.startswith("/"):
        raise Refused("zip", f"the name {name!r} is absolute or holds a NUL")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise Refused("zip", f"the name {name!r} climbs out")
    if len(os.fsencode("/".join(parts))) > PATH_BYTES_MAX or any(
        len(os.fsencode(part)) > 255 for part in parts
    ):
        raise Refused("zip", "a name is too long")
    return parts


def kind_of(info: zipfile.ZipInfo) -> int:
    """`S_IFREG`, `S_IFDIR` or `S_IFLNK`.

    Raises:
        Refused: a device, socket or fifo, a hard link, a set-user-id program, an encrypted or an oddly compressed entry.
    """
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind == 0:
        kind = stat.S_IFDIR if info.is_dir() else stat.S_IFREG
    if kind not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
        raise Refused("zip", f"{info.filename!r} is not a file, folder or link")
    if kind == stat.S_IFREG and mode & (stat.S_ISUID | stat.S_ISGID):
        raise Refused("zip", f"{info.filename!r} is set-user-id")
    if info.flag_bits & 0x1 or info.compress_type not in _METHODS:
        raise Refused("zip", f"{info.filename!r} is encrypted or compressed in another way")
    if _is_hard_link(info.extra):
        raise Refused("zip", f"{info.filename!r} is a hard link")
    return kind


def _is_hard_link(extra: bytes) -> bool:
    while len(extra) >= 4:
        field, size = struct.unpack_from("<HH", extra)
        if field == _UNIX_EXTRA and size > 12:
            return True
        extra = extra[4 + size :]
    return False


def stays_inside(place: Parts, target: str, links: dict[Parts, str]) -> bool:
    """Whether the link at `place` to `target` never climbs above the root, whatever other links it goes through."""
    if target.startswith("/") or not target or "\0" in target:
        return False
    here = list(place[:-1])
    todo = target.split("/")[::-1]
    hops = 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not here:
                return False
            here.pop()
            continue
        here.append(part)
        through = links.get(tuple(here))
        if through is not None:
            hops += 1
            if hops > LINK_HOPS_MAX or through.startswith("/"):
                return False
            here.pop()
            todo.extend(through.split("/")[::-1])
    return True


class Unpacking:
    """Zips being unpacked below `root`, one after the other; `finish` comes last.

    Links are written when all files are: so nothing is ever written through one, and whether they stay inside is asked of all the
    zips' links together.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.bytes = 0
        self.files = 0
        self.taken: dict[Parts, int] = {}
        self.links: dict[Parts, str] = {}

    def add(self, archive: zipfile.ZipFile) -> None:
        """Check every name before the first byte is written, then write files."""
        entries = archive.infolist()
        if not entries:
            raise Refused("empty", "the zip has no entries")
        if len(entries) > ENTRIES_MAX:
            raise Refused("zip", "the zip has too many entries")
        before, self.taken = self.taken, {}
        planned = [(info, self._claim(info)) for info in entries]
        self._make_way(before)
        for info, parts in planned:
            self._write(archive, info, parts)
        self.taken = {**before, **self.taken}

    def _make_way(self, before: dict[Parts, int]) -> None:
        """Remove what earlier zips have put where this one has something else than a folder on a folder."""
        for parts, kind in self.taken.items():
            was = before.get(parts)
            if was is None or was == kind == stat.S_IFDIR:
                continue
            if was == stat.S_IFDIR:
                for inner in [other for other in before if other[: len(parts)] == parts]:
                    del before[inner]
                    self.links.pop(inner, None)
                shutil.rmtree(self._at(parts))
                continue
            del before[parts]
            if self.links.pop(parts, None) is None:
                os.unlink(self._at(parts))

    def finish(self) -> None:
        """Write the links, and make everything read-only."""
        for parts, target in self.links.items():
            if not stays_inside(parts, target, self.links):
                raise Refused("zip", f"the link {'/'.join(parts)!r} leaves the package")
            os.symlink(target, self._at(parts))
        self._seal()

    def _claim(self, info: zipfile.ZipInfo) -> Parts:
        parts, kind = path_of(info), kind_of(info)
        if not parts:
            if kind != stat.S_IFDIR:
                raise Refused("zip", "an entry has no name")
            return parts
        if parts in self.taken and not kind == self.taken[parts] == stat.S_IFDIR:
            raise Refused("zip", f"the name {info.filename!r} is there twice")
        for depth in range(1, len(parts)):
            if self.taken.setdefault(parts[:depth], stat.S_IFDIR) != stat.S_IFDIR:
                raise Refused("zip", f"{info.filename!r} lies below something that is no folder")
        self.taken[parts] = kind
        return parts

    def _write(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, parts: Parts) -> None:
        kind = self.taken.get(parts, stat.S_IFDIR)
        if kind == stat.S_IFDIR:
            os.makedirs(self._at(parts), exist_ok=True)
            return
        os.makedirs(self._at(parts[:-1]), exist_ok=True)
        with archive.open(info) as source:
            if kind == stat.S_IFLNK:
                self.links[parts] = os.fsdecode(source.read(LINK_BYTES_MAX + 1))
                if len(self.links[parts]) > LINK_BYTES_MAX:
                    raise Refused("zip", "a link is too long")
                return
            self._copy(source, self._at(parts), executable=bool((info.external_attr >> 16) & 0o111))

    def _copy(self, source: IO[bytes], path: str, *, executable: bool) -> None:
        self.files += 1
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            while piece := source.read(_PIECE):
                self.bytes += len(piece)
                if self.bytes >= UNZIPPED_BYTES_MAX:
                    raise Refused("size", "the unpacked files are too large")
                os.write(target, piece)
            os.fchmod(target, 0o555 if executable else 0o444)
        finally:
            os.close(target)

    def _at(self, parts: Parts) -> str:
        return os.path.join(self.root, *parts)

    def _seal(self) -> None:
        for folder, _, _ in os.walk(self.root, topdown=False):
            os.chmod(folder, 0o555)  # noqa: S103  # read-only, and read by sandboxed processes


def unpack(zips: list[bytes], root: str) -> dict[str, object]:
    """Unpack `zips` below the existing, empty folder `root`; the answer that goes to stdout."""
    unpacking = Unpacking(root)
    try:
        for data in zips:
            if not data:
                raise Refused("empty", "the zip is empty")
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                unpacking.add(archive)
        unpacking.finish()
    except Refused as refused:
        return {"refused": refused.kind, "why": refused.why}
    except _BROKEN as error:
        return {"refused": "zip", "why": str(error) or type(error).__name__}
    except OSError as error:
        return {"refused": _OURS.get(error.errno or 0, "zip"), "why": str(error)}
    return {"files": unpacking.files, "bytes": unpacking.bytes}


def main() -> None:
    """Read the zips from stdin, answer on stdout."""
    limit_self()
    folder, *sizes = sys.argv[1:]
    zips = [sys.stdin.buffer.read(int(size)) for size in sizes]
    print(json.dumps(unpack(zips, folder)))


if __name__ == "__main__":
    main()
