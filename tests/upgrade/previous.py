"""Earlier releases, from which sites come to this one. STOA_PREVIOUS names others, separated by commas: binaries or git
references."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build/previous"  # binaries, by commit
# Until there is a release: one before votes moved karma, and the first that knows --database and migrate-data.
BEFORE_RELEASES = ["902fb49", "58055b4"]


def git(*words: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, **options)


def wanted() -> list[str]:
    if named := os.environ.get("STOA_PREVIOUS"):
        return named.split(",")
    # Of a commit that is a release itself, the one before.
    tagged = git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^", text=True)
    return [tagged.stdout.strip()] if tagged.returncode == 0 else BEFORE_RELEASES


def binary(name: str) -> Path:
    """That of a file, or built from a git reference; built ones are kept."""
    if Path(name).is_file():
        return Path(name).absolute()
    commit = git("rev-parse", "--verify", f"{name}^{{commit}}", text=True, check=True).stdout.strip()
    kept = KEPT / f"stoa-{commit[:12]}"
    if not kept.exists():
        build(commit, kept)
    return kept


def build(commit: str, kept: Path) -> None:
    folder = KEPT / f"source-{commit[:12]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-C", folder], input=git("archive", commit, check=True).stdout, check=True)
    # Or it would name the commit of the folder that it lies in.
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(KEPT)}
    for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", "stoa"]):
        made = subprocess.run(command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert made.returncode == 0, f"{commit} can't be built:\n{made.stdout[-4000:]}"
    shutil.copy(folder / "build/stoa", kept)
    shutil.rmtree(folder)


def knows(program: Path, option: str) -> bool:
    helped = subprocess.run([program, "serve", "--help"], text=True, capture_output=True, check=True)
    return f"{option} " in helped.stdout
