"""Where a language's program is made: a mirror of what it needs of the source tree, kept from run to run in
.cache/clients/LANG, so that the source tree stays clean and the second run is quick."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

SOURCE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = 77


def skip(why, may_be_missing=False):
    """Ends the program: what it needs is not on this machine, which is a failure in CI, unless it may be missing there."""
    must = "CI" in os.environ and (not may_be_missing or "SPILLWAY_CLIENTS_ALL" in os.environ)
    print(f"{'FAILED' if must else 'SKIPPED'}: {why}", file=sys.stderr)
    sys.exit(1 if must else SKIPPED)


def _wanted(language):
    """Paths of files, seen from the source tree's root."""
    parts = ["proto", "client", "buf.yaml", "buf.gen.yaml", "examples/clients/service-config.json",
             f"examples/clients/{language}", f"tests/clients/{language}"]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *parts]
    listing = subprocess.run(command, cwd=SOURCE_DIR, check=True, capture_output=True, text=True).stdout
    return {path for path in listing.split("\0") if path and (SOURCE_DIR / path).is_file()}


def _mirror(language, root):
    """A file that is the same is left alone: build systems go by its time."""
    wanted = _wanted(language)
    for path in wanted:
        source, copy = SOURCE_DIR / path, root / path
        if copy.is_file() and copy.read_bytes() == source.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    manifest = root / "mirrored.txt"
    before = set(manifest.read_text().split("\n")) - {""} if manifest.exists() else set()
    for path in before - wanted:
        (root / path).unlink(missing_ok=True)
    manifest.write_text("\n".join(sorted(wanted)))


def prepare(language, build_dir):
    """The folder that has ./run, and the exit code of prepare.sh."""
    root = SOURCE_DIR / ".cache" / "clients" / language
    root.mkdir(parents=True, exist_ok=True)
    with open(root / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _mirror(language, root)
        folder = root / "examples" / "clients" / language
        environment = dict(os.environ) | {"BUILD_DIR": str(build_dir), "SOURCE_DIR": str(SOURCE_DIR)}
        done = subprocess.run([SOURCE_DIR / "tests" / "clients" / language / "prepare.sh"], cwd=folder, env=environment)
    return folder, done.returncode
