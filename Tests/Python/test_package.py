"""The package as it is installed: version, types, and the tag of its wheel."""

import importlib.metadata
import inspect
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import apus
import tools

INSTALLED = pathlib.Path(apus.__file__).parent


class PackageTests(unittest.TestCase):
    def test_version(self):
        source = (tools.ROOT / "Sources/ApusFiles/Version.swift").read_text()
        version = re.search(r'static let version = "(.+)"', source)[1]
        self.assertEqual((apus.__version__, importlib.metadata.version("apus")), (version, version))

    def test_it_is_the_installed_one(self):
        self.assertNotIn(tools.ROOT / "Sources", INSTALLED.parents)
        self.assertEqual([file.name for file in INSTALLED.glob("libapus*")], ["libapus.so.0"])

    def test_everything_public_is_documented(self):
        for name in apus.__all__:
            if name.startswith("_"):
                continue
            value = getattr(apus, name)
            self.assertTrue(inspect.getdoc(value), name)
            for method, function in vars(value).items() if inspect.isclass(value) else ():
                if not method.startswith("_") and callable(function) and not method.startswith("get_"):
                    self.assertTrue(inspect.getdoc(function), f"{name}.{method}")
        self.assertEqual(str(inspect.signature(apus.Model.run)), "(self, x=None, /, *, out=None, **inputs)")

    def test_names_of_the_library_alone_are_exported(self):
        symbols = subprocess.run(
            ["nm", "-D", "--defined-only", INSTALLED / "_apus.abi3.so"], check=True, capture_output=True, text=True
        ).stdout
        self.assertEqual([line.split()[-1] for line in symbols.splitlines()], ["PyInit__apus"])


class TypeTests(unittest.TestCase):
    """mypy, for what is installed beside the tests."""

    def check(self, *arguments):
        with tempfile.TemporaryDirectory() as cache:
            environment = os.environ | {"MYPY_CACHE_DIR": cache}
            result = subprocess.run(
                [sys.executable, "-m", *arguments], capture_output=True, text=True, env=environment, cwd=cache
            )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_package_and_its_use(self):
        self.check("mypy", "--strict", "--package", "apus")
        self.check("mypy", "--strict", str(pathlib.Path(__file__).with_name("typed_use.py")))

    def test_stubs_are_true(self):
        self.check("mypy.stubtest", "apus", "--ignore-disjoint-bases")


@unittest.skipUnless("APUS_WHEEL" in os.environ, "APUS_WHEEL names no wheel")
class WheelTests(unittest.TestCase):
    def test_tag_is_what_auditwheel_says(self):
        wheel = os.environ["APUS_WHEEL"]
        shown = subprocess.run(
            [sys.executable, "-m", "auditwheel", "show", wheel], check=True, capture_output=True, text=True
        )
        tag = re.search(r'platform tag:\s+"(\w+)"', shown.stdout)[1]
        self.assertTrue(wheel.endswith(f"-cp311-abi3-{tag}.whl"), f"{wheel} is {tag}")
        self.assertRegex(tag, "^manylinux_")


if __name__ == "__main__":
    unittest.main()
