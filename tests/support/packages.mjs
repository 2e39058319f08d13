// A package of Python in a folder, which pip can install with no index at hand: `import small` finds small.TEXT.

/** Its files; it has a build backend of its own, so that nothing is downloaded. @param {string} folder */
export function smallPackage(folder, text = "installed") {
  return {
    [`${folder}/pyproject.toml`]: `[build-system]\nrequires = []\nbuild-backend = "build"\nbackend-path = ["."]\n[project]\nname = "small"\nversion = "1.0"\n`,
    [`${folder}/build.py`]: `import os, zipfile
def build_wheel(folder, settings=None, metadata=None):
    with zipfile.ZipFile(os.path.join(folder, "small-1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("small.py", "TEXT = '${text}'\\n")
        wheel.writestr("small-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: small\\nVersion: 1.0\\n")
        wheel.writestr("small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: ours\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("small-1.0.dist-info/RECORD", "small.py,,\\nsmall-1.0.dist-info/METADATA,,\\nsmall-1.0.dist-info/WHEEL,,\\nsmall-1.0.dist-info/RECORD,,\\n")
    return "small-1.0-py3-none-any.whl"
`,
  };
}
