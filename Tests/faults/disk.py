"""A folder on a disk that fails at a certain call, and what a power failure leaves of it."""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def build(folder: pathlib.Path) -> pathlib.Path:
    """Compiles disk.c, which goes before a program's calls by LD_PRELOAD."""
    library = folder / "disk.so"
    compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), "cc")
    subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, HERE / "disk.c",
                    "-ldl"], check=True)
    return library


class Disk:
    """`root` is what programs see, and `synced` holds what of it would outlast a power failure: see disk.c."""

    def __init__(self, place: pathlib.Path, library: pathlib.Path):
        self.root = place / "disk"
        self.synced = place / "synced"
        self.library = library
        self.root.mkdir()

    def environment(self, *, at: int = 0, does: str = "", lasts: bool = False, count: pathlib.Path | None = None,
                    power: bool = False, forgets: bool = False) -> dict[str, str]:
        """Variables for a program whose calls are counted, and whose call number `at` does something else."""
        variables = {"LD_PRELOAD": str(self.library), "APUS_DISK": str(self.root)}
        if at:
            variables |= {"APUS_DISK_AT": str(at), "APUS_DISK_DOES": does}
        if lasts:
            variables["APUS_DISK_LASTS"] = "1"
        if count:
            variables["APUS_DISK_COUNT"] = str(count)
        if power:
            self._note_everything()
            variables["APUS_DISK_SYNCED"] = str(self.synced)
        if forgets:
            variables["APUS_DISK_FORGETS"] = "1"
        return variables

    def _note_everything(self) -> None:
        """All that is there now counts as synced."""
        shutil.rmtree(self.synced, ignore_errors=True)
        for name in ("contents", "folders", "kept"):
            (self.synced / name).mkdir(parents=True)
        for folder, folders, files in os.walk(self.root):
            entries = [(os.stat(os.path.join(folder, name)).st_ino, name) for name in folders + files]
            text = "".join(f"{inode} {name}\n" for inode, name in entries)
            (self.synced / f"folders/{os.stat(folder).st_ino}").write_text(text)
            for name in files:
                path = pathlib.Path(folder, name)
                os.link(path, self.synced / f"kept/{path.stat().st_ino}")
                shutil.copyfile(path, self.synced / f"contents/{path.stat().st_ino}")

    # What a power failure does

    def cut_power(self, chance: random.Random) -> None:
        """Leaves what was synced, and of each change that was not: either state, and of what was written, a part or nothing."""
        # Half of the disks lose all that they may.
        survival = chance.choice([0, chance.random()])
        left = self._folder(self.root, self.root.stat().st_ino, chance, survival)
        for path in self.root.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        _write(self.root, left)

    def _folder(self, path: pathlib.Path | None, inode: int, chance: random.Random, survival: float) -> dict:
        now = {entry.name: entry.inode() for entry in os.scandir(path)} if path else {}
        synced = _entries(self.synced / f"folders/{inode}")
        left = {}
        for name in sorted(now.keys() | synced.keys()):
            inodes = (now if chance.random() < survival else synced).get(name)
            if inodes is None:
                continue
            there = path / name if path and now.get(name) == inodes else None
            if (self.synced / f"folders/{inodes}").exists() or (there and there.is_dir()):
                left[name] = self._folder(there, inodes, chance, survival)
            else:
                left[name] = self._content(there, inodes, chance, survival)
        return left

    def _content(self, path: pathlib.Path | None, inode: int, chance: random.Random, survival: float) -> bytes:
        stored = self.synced / f"contents/{inode}"
        synced = stored.read_bytes() if stored.exists() else b""
        # What isn't to be seen any more was not written to since it was synced, or never was.
        now = path.read_bytes() if path else synced
        if now == synced or chance.random() >= survival:
            return synced
        # Sizes and pages are written in any order.
        whole = chance.randint(0, len(now))
        return now[:whole] + bytes(chance.choice([0, len(now) - whole]))


def _entries(path: pathlib.Path) -> dict[str, int]:
    if not path.exists():
        return {}
    pairs = (line.split(" ", 1) for line in path.read_text().splitlines())
    return {name: int(inode) for inode, name in pairs}


def _write(folder: pathlib.Path, left: dict) -> None:
    for name, what in left.items():
        if isinstance(what, dict):
            (folder / name).mkdir()
            _write(folder / name, what)
        else:
            (folder / name).write_bytes(what)
