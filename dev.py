#!/usr/bin/env python3
"""Everything a developer does with Baton, with nothing but Python.

    python3 dev.py demo    see it work: a Slack, people and leads on this machine
    python3 dev.py test    all tests, on all cores (what follows goes to pytest, on one core)
    python3 dev.py check   lint, format, types, import contracts (--fix mends what it can)
    python3 dev.py bench   the figures we publish
    python3 dev.py lock    write requirements.lock anew from pyproject.toml (needs uv)

The first run makes .venv and installs what requirements.lock names; later runs start at once.
What follows the command is passed on: python3 dev.py test -k ladder
"""

# An old Python must get as far as the sentence below: no syntax newer than 3.6 in this file,
# and nothing imported above it that 3.6 does not have.
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
MOST_WORKERS = 4  # each has a PostgreSQL, and some a browser

if sys.version_info < OLDEST:
    names = ("python3.14", "python3.13", "python3.12", "python3.11")
    newer = next((name for name in names if shutil.which(name)), None)
    sys.exit(
        f"Baton needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]} "
        f"({sys.executable}).\n"
        + (
            f"You have a newer one: {newer} {' '.join(sys.argv)}"
            if newer
            else "Get one from your system's packages or from python.org."
        )
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "baton-installed"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")


class Stop(Exception):
    """Ends the program with a sentence for the person who started it."""


def main(arguments: list[str]) -> int:
    commands = {"demo": demo, "test": test, "check": check, "bench": bench, "lock": lock}
    command = arguments[0] if arguments else "help"
    if command in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    if command not in commands:
        raise Stop(f"There is no command {command!r}.\n{__doc__}")
    return commands[command](arguments[1:])


def demo(arguments: list[str]) -> int:
    return become("-m", "bot.cli", "demo", *arguments)


def test(arguments: list[str]) -> int:
    return become("-m", "pytest", *(arguments or side_by_side(cores())))


def side_by_side(workers: int) -> "list[str]":
    """A file stays with one worker: its tests may share a browser. The files with the long tests
    come first, in the order of their folders, so that all workers end together."""
    several = ["--numprocesses", str(min(workers, MOST_WORKERS))]
    return [*several, "--dist", "loadfile", "--no-loadscope-reorder"] if workers > 1 else []


def cores() -> int:
    """Those this process may use: a container often has fewer than its machine."""
    usable = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(usable(0)) if usable else os.cpu_count() or 1


def bench(arguments: list[str]) -> int:
    return become("-m", "benchmarks", *arguments)


def check(arguments: list[str]) -> int:
    """Runs all of them, so that one round of mending is enough."""
    prepare()
    fix = "--fix" in arguments
    checks = {
        "lint": [tool("ruff"), "check", *arguments],
        "format": [tool("ruff"), "format", *([] if fix else ["--check"])],
        "types": [tool("mypy")],
        "imports": [tool("lint-imports")],
    }
    failed = [name for name, command in checks.items() if not passes(name, command)]
    print(f"\n{', '.join(failed)}: failed" if failed else "\nall checks passed")
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    return subprocess.call(command, cwd=ROOT) == 0


def lock(arguments: list[str]) -> int:
    uv = shutil.which("uv")
    if uv is None:
        raise Stop("Writing the lock needs uv, and it is not on PATH: python3 -m pip install uv")
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header"]
    command += ["--no-emit-index-url", "--python-version", f"{OLDEST[0]}.{OLDEST[1]}"]
    command += ["--group", "dev", PROJECT.name, "--output-file", LOCK.name]
    return subprocess.call([*command, *arguments], cwd=ROOT)


def become(*arguments: str) -> int:
    """Python of the virtual environment takes this process over, so signals reach it."""
    prepare()
    command = [tool("python"), *arguments]
    os.chdir(ROOT)
    if os.name != "nt":  # on Windows execv returns to the prompt while the program still runs
        sys.stdout.flush()
        os.execv(command[0], command)
    return subprocess.call(command)


def tool(name: str) -> str:
    return str(BIN / (f"{name}.exe" if os.name == "nt" else name))


def prepare() -> None:
    """.venv holds what the lock says; nothing happens when it already does."""
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted and Path(tool("python")).exists():
        return
    print(f"Installing into {VENV} (once; a minute or two) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if not usable(uv):
        make_venv(uv)
    install(uv)
    STAMP.write_text(wanted)


def fingerprint() -> str:
    digest = hashlib.sha256(LOCK.read_bytes() + PROJECT.read_bytes()).hexdigest()
    return f"{digest} {this_python()}"


def this_python() -> str:
    return f"{sys.version} {sys.base_prefix}"


def usable(uv: "str | None") -> bool:
    """.venv is of this Python, and there is something to install into it with."""
    look = "import importlib.util as look, sys; print(look.find_spec('pip') is not None, end=' ');"
    ask = [tool("python"), "-c", look + "print(sys.version, sys.base_prefix)"]
    try:
        answer = subprocess.run(ask, capture_output=True, text=True, check=False)
    except OSError:  # there is none, or its Python has gone
        return False
    has_pip, _, python = answer.stdout.strip().partition(" ")
    return python == this_python() and (uv is not None or has_pip == "True")


def make_venv(uv: "str | None") -> None:
    if uv:
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Stop(
            "This Python cannot make virtual environments: venv or ensurepip is missing.\n"
            "Debian, Ubuntu: sudo apt install python3-venv. Or install uv, and it will be used."
        )
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install(uv: "str | None") -> None:
    pip = [uv, "pip"] if uv else [tool("python"), "-m", "pip", "--disable-pip-version-check"]
    here = ["--quiet", *(["--python", tool("python")] if uv else [])]
    run([*pip, "install", *here, "--require-hashes", "--requirement", str(LOCK)])
    # Baton itself, for the `baton` command; what it needs, its builder included, is there by now.
    run([*pip, "install", *here, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def run(command: list[str]) -> None:
    code = subprocess.call(command, cwd=ROOT)
    if code != 0:
        raise Stop(f"This failed with exit code {code}: {' '.join(command)}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        sys.exit(str(stop))
    except KeyboardInterrupt:
        sys.exit(130)
