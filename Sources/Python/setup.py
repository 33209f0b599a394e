"""What pyproject.toml can't say: the extension, the version, and the wheel's tag."""

import os
import pathlib
import platform
import re
import subprocess

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel

LIBRARY = next(pathlib.Path("apus").glob("libapus.so.*"), None)
if LIBRARY is None:
    raise SystemExit("there is no apus/libapus.so.*: make wheels by scripts/build-wheel")

COMPILER_FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-fvisibility=hidden"]
# What the project itself builds has no warnings, but a newer compiler's new ones stop nobody else.
if os.environ.get("APUS_WARNINGS") == "error":
    COMPILER_FLAGS.append("-Werror")


# What PEP 600 lets a wheel expect of a system. Anything else would have to be in the wheel.
EXPECTED = re.compile(r"lib(c|m|dl|pthread|rt|gcc_s|stdc\+\+|z)\.so\.\d+|ld-linux.*")


def platform_tag(files):
    """The tag of systems that have what these files need: a glibc that is new enough."""
    headers = "".join(
        subprocess.run(["objdump", "-p", file], check=True, capture_output=True, text=True).stdout for file in files
    )
    for name in re.findall(r"^\s*NEEDED\s+(\S+)", headers, re.MULTILINE):
        if name != LIBRARY.name and not EXPECTED.fullmatch(name):
            raise SystemExit(f"{name} is needed, which systems may not have: link the library without it")
    major, minor = max(tuple(map(int, version)) for version in re.findall(r"\bGLIBC_(\d+)\.(\d+)", headers))
    return f"manylinux_{major}_{minor}_{platform.machine()}"


class Wheel(bdist_wheel):
    """One wheel for all versions of Python from 3.11 on, and for all systems whose glibc is new enough."""

    def get_tag(self):
        files = pathlib.Path(self.get_finalized_command("build").build_lib, "apus").glob("*.so*")
        return "cp311", "abi3", platform_tag(files)


setup(
    version=os.environ["APUS_VERSION"],
    ext_modules=[
        Extension(
            "apus._apus",
            sources=sorted(map(str, pathlib.Path("extension").glob("*.c"))),
            depends=["extension/extension.h", "include/apus.h"],
            include_dirs=["include"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
            extra_compile_args=COMPILER_FLAGS,
            extra_objects=[str(LIBRARY)],
            runtime_library_dirs=["$ORIGIN"],
            extra_link_args=["-Wl,--strip-all"],
        )
    ],
    cmdclass={"bdist_wheel": Wheel},
)
