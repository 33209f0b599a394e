"""Two checkouts of the project, built: this one, and a revision in a worktree of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

PRODUCTS = ["apus-infer", "apus-compile", "apus-train", "allocation-count"]


class CheckoutError(Exception):
    """A revision that can't be found or built, or a tool that fails."""


@dataclasses.dataclass(frozen=True)
class Checkout:
    """A built checkout, and what it is called in the report."""

    name: str
    root: pathlib.Path

    def tool(self, name: str) -> str:
        return str(self.root / ".build/release" / name)

    def run(self, tool: str, *arguments: object) -> str:
        """What a tool prints; raises CheckoutError where it fails."""
        command = [self.tool(tool), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CheckoutError(f"{self.name}: {' '.join(command)} ends with {done.returncode}: {done.stderr.strip()}")
        return done.stdout


def this(root: pathlib.Path) -> Checkout:
    """The checkout that this file is in, built as `make` builds it."""
    _build(root, os.environ.copy())
    return Checkout("this checkout", root)


@contextlib.contextmanager
def other(root: pathlib.Path, revision: str, keep: bool) -> Iterator[Checkout]:
    """A revision in `.build/against`, removed afterwards unless it is to be kept."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
                  wrong=f"there is no revision '{revision}'")
    folder = root / ".build/against" / commit[:12]
    if not (folder / "Package.swift").exists():
        _git(root, "worktree", "prune")
        _git(root, "worktree", "add", "--force", "--detach", str(folder), commit)
    try:
        # Its warnings are those of its own time.
        environment = {name: value for name, value in os.environ.items() if name != "APUS_WARNINGS"}
        print(f"building {revision} ({commit[:12]})", file=sys.stderr, flush=True)
        _build(folder, environment)
        yield Checkout(f"{revision} ({commit[:12]})", folder)
    finally:
        if not keep:
            _git(root, "worktree", "remove", "--force", str(folder))


def _build(root: pathlib.Path, environment: dict[str, str]) -> None:
    for product in PRODUCTS:
        done = subprocess.run(
            ["swift", "build", "-c", "release", "--product", product], cwd=root, env=environment, capture_output=True,
            text=True, check=False)
        if done.returncode != 0:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if "error:" in line]
            raise CheckoutError(f"{root}: {product} can't be built: {'; '.join(lines[:3]) or done.stderr.strip()}")


def _git(root: pathlib.Path, *arguments: str, wrong: str = "") -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CheckoutError(wrong or f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()
