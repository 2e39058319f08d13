"""Our runtime for Python on every interpreter that is here: the tests of its worker, with each as the python3 of PATH."""

import ast
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LIVE_BUILD", ROOT / "build" / "dev"))
OLDEST = (3, 9)
VERSIONS = ["3.{}".format(minor) for minor in range(9, 16)]


def installed():
    """By version: the names that Debian and Python's own installation give, and pyenv's folders."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        folders = sorted(pyenv.glob(version + ".*"))
        for program in [str(folder / "bin" / "python3") for folder in folders] + [shutil.which("python" + version)]:
            if program and is_of(program, version):
                yield version, program
                break


def is_of(program, version):
    """A version manager has names of versions that it has not."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        said = subprocess.run([program, "-c", question], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return False
    return said.stdout.strip() == version


class OnEveryVersion(unittest.TestCase):
    def test_a_worker_behaves_alike(self):
        tests = BUILD / "src" / "runtime_test"
        if not tests.exists():
            self.skipTest("SKIPPED: runtime_test is not built")
        found = dict(installed())
        self.assertTrue(found, "no Python but the one that runs this test")
        print("Python here: {}; not here: {}".format(", ".join(found), ", ".join(one for one in VERSIONS if one not in found) or "none"))
        for version, program in found.items():
            with self.subTest(version=version), tempfile.TemporaryDirectory() as folder:
                os.symlink(program, os.path.join(folder, "python3"))
                env = {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"], "VIRTUAL_ENV": ""}
                command = [str(tests), "--gtest_filter=PythonTest.*", "--gtest_brief=1"]
                ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=250, check=False)
                self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
                self.assertIn("PASSED", ran.stdout)

    def test_its_sources_ask_for_no_newer_python(self):
        for file in (ROOT / "runtimes" / "python").rglob("*.py"):
            with self.subTest(file=file.name):
                ast.parse(file.read_text(encoding="utf-8"), feature_version=OLDEST)


if __name__ == "__main__":
    unittest.main()
