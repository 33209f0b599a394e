"""The tools of the project, whose answers are compared, and its models."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
MODELS = ROOT / "Models"
BUILT = pathlib.Path(os.environ.get("APUS_TOOLS", ROOT / ".build/release"))


def run(tool, *arguments, input=None):
    """What a tool writes to standard output."""
    command = [BUILT / tool, *map(str, arguments)]
    result = subprocess.run(command, input=input, capture_output=True, check=False)
    if result.returncode:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {result.returncode}: {result.stderr.decode()}")
    return result.stdout
