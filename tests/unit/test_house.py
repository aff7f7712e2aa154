"""The rules of the house hold: import contracts, the lock, and dev.py for every newcomer."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]

# For each contract, by the beginning of its name: a module, and an import it must not have.
PLANTED = {
    "bot.domain": ("bot/domain/planted.py", "pydantic"),
    "bot.clock": ("bot/clock.py", "bot.config"),
    "bot.use_cases": ("bot/use_cases/planted.py", "sqlalchemy"),
    "bot.delivery knows": ("bot/delivery/planted.py", "slack_sdk"),
    "bot.delivery.slack_api": ("bot/delivery/slack_api.py", "bot.use_cases.offer"),
    "storage": ("storage/planted.py", "bot.use_cases.offer"),
    "handlers": ("handlers/planted.py", "storage"),
    "bot.config": ("bot/config.py", "yaml"),
    "bot.scheduler": ("bot/scheduler.py", "storage"),
    "message_templates": ("message_templates/planted.py", "bot.domain"),
    "playground": ("playground/planted.py", "bot.domain"),
}


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Our packages without their code, under our own contracts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("tests/only_contract.py", *(file for file, _ in PLANTED.values())):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / "tests/only_contract.py", tmp_path / "tests")
    for package in {Path(file).parts[0] for file, _ in PLANTED.values()}:
        for folder in (tmp_path / package, *(tmp_path / package).glob("*/")):
            (folder / "__init__.py").touch()
    for name in ("ports", "offer"):
        (tmp_path / "bot/use_cases" / name).with_suffix(".py").touch()
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_house_in_order_passes(skeleton):
    """Whoever keeps to the arrows of the design hears nothing."""
    (skeleton / "bot/use_cases/offer.py").write_text("import json\nimport bot.domain.planted\n")
    (skeleton / "storage/planted.py").write_text("import sqlalchemy\nimport bot.use_cases.ports\n")
    (skeleton / "bot/delivery/slack_api.py").write_text("import slack_sdk\n")

    result = lint_imports(skeleton)

    assert (0, f"Contracts: {len(CONTRACTS)} kept, 0 broken.") == (
        result.returncode,
        next(line for line in result.stdout.splitlines() if line.startswith("Contracts: ")),
    )


def test_every_contract_catches_a_wrong_import(skeleton):
    """A contract that notices nothing would be worse than none: each is broken once, on purpose."""
    for file, imported in PLANTED.values():
        (skeleton / file).write_text(f"import {imported}\n")

    result = lint_imports(skeleton)
    report = result.stdout.partition("Broken contracts\n")[2]

    assert (1, len(CONTRACTS)) == (result.returncode, len(PLANTED))
    for contract in CONTRACTS:
        [(file, imported)] = [PLANTED[p] for p in PLANTED if contract["name"].startswith(p)]
        importer = file.removesuffix(".py").replace("/", ".")
        told = report.partition(f"\n{contract['name']}\n")[2].partition("\n\n")[2]
        line = rf"- *{importer} -> {imported} \(l\.1\)"
        assert re.match(rf"(?:[\w ]+:\n\n)?{line}", told), f"{contract['name']}:\n{report}"


def test_a_module_that_left_breaks_its_contract(skeleton):
    """A contract about a file that was renamed says so, instead of guarding nothing."""
    (skeleton / "bot/clock.py").unlink()

    result = lint_imports(skeleton)

    assert 1 == result.returncode
    assert "- bot.clock does not exist" in result.stdout


def test_the_lock_pins_everything_by_hash_and_names_no_host():
    """What is installed is what was tested, from wherever the packages come."""
    text = (ROOT / "requirements.lock").read_text()
    pins = re.split(r"\n(?=[a-z])", text)

    assert [] == re.findall(r"\w+://\S+|^-.*", text, flags=re.MULTILINE)
    assert [] == [pin for pin in pins if not re.match(r"[^\s;]+==\S+.*\\\n    --hash=", pin)]


def test_the_lock_holds_every_dependency():
    """A dependency added to pyproject.toml and not locked would be missing in a fresh clone."""
    declared = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    names = {re.split(r"[^\w.-]", line)[0].replace(".", "-") for line in declared}
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)

    assert set() == names - set(locked)


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
A_FILE = r"`((?:benchmarks|bot|docs|handlers|message_templates|playground|storage|tests)/[\w./-]+)`"


def test_what_the_pages_name_is_there():
    """Who follows a click through the files finds each where the page says it is."""
    named = {name for page in PAGES for name in re.findall(A_FILE, page.read_text("utf-8"))}
    linked = {
        page.parent / target
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    }

    assert len(named) > 20
    assert [] == sorted(name for name in named if not (ROOT / name).exists())
    assert [] == sorted(target for target in linked if not target.exists())


# ------------------------------------------------------------------------------- dev.py


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone, and a uv on PATH that writes down what it is asked for."""
    for name in ("dev.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "path").mkdir()
    script(
        tmp_path / "path/uv",
        f'echo "$*" >> {tmp_path}/asked',
        f"/bin/mkdir -p {tmp_path}/.venv/bin; /bin/cp {tmp_path}/python {tmp_path}/.venv/bin/",
    )
    script(tmp_path / "python", f'exec {sys.executable} "$@"')
    return tmp_path


def script(file: Path, *lines: str) -> None:
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(0o755)


def dev(clone: Path, *arguments: str, first: str = "") -> subprocess.CompletedProcess[str]:
    """Runs dev.py as a person would; `first` is Python that changes the world beforehand."""
    run = f"{first}\nimport runpy, sys\nsys.argv = sys.argv[1:]\n"
    run += "runpy.run_path(sys.argv[0], run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", run, str(clone / "dev.py"), *arguments],
        cwd=clone.parent,
        env={**os.environ, "PATH": str(clone / "path")},
        capture_output=True,
        text=True,
        check=False,
    )


def asked(clone: Path) -> list[str]:
    """What uv was asked for since the last time, by its first words."""
    log = clone / "asked"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [" ".join(line.split()[:2]) for line in lines]


def test_an_old_python_can_read_dev_py():
    """A file that old Pythons cannot parse could not tell their owners what to do."""
    source = (ROOT / "dev.py").read_text()

    assert isinstance(ast.parse(source, feature_version=(3, 6)), ast.Module)


def test_an_old_python_is_told_what_is_needed(clone):
    """The sentence names what is needed and what is there, and no traceback follows."""
    told = dev(clone, "test", first="import sys\nsys.version_info = (3, 9, 2)")

    assert (1, "") == (told.returncode, told.stdout)
    assert told.stderr.startswith("Baton needs Python 3.11 or newer; this is ")
    assert "Traceback" not in told.stderr


def test_a_python_without_venv_is_told_the_package(clone):
    """Debian ships Python without venv: the sentence names the package that is missing."""
    (clone / "path/uv").unlink()
    told = dev(clone, "test", first="import sys\nsys.modules['ensurepip'] = None")

    assert 1 == told.returncode
    assert "apt install python3-venv" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--help"], 0), (["tets"], 1)])
def test_help_lists_every_command(clone, arguments, code):
    """Without a command, or with a misspelt one, a person sees what there is."""
    told = dev(clone, *arguments)

    assert code == told.returncode
    commands = re.findall(r"^    python3 dev\.py (\w+)", told.stdout + told.stderr, re.MULTILINE)
    assert ["demo", "test", "check", "bench", "lock"] == commands


def test_installs_once_and_again_when_the_lock_changes(clone):
    """The first run installs, the second starts at once, a new lock is installed over the old."""
    results = [dev(clone, "test", "--version")]
    assert ["venv --quiet", "pip install", "pip install"] == asked(clone)

    results.append(dev(clone, "test", "--version"))
    assert [] == asked(clone)

    with (clone / "requirements.lock").open("a") as lock:
        lock.write("\n")
    results.append(dev(clone, "test", "--version"))
    assert ["pip install", "pip install"] == asked(clone)
    assert [0, 0, 0] == [result.returncode for result in results]
    assert "pytest" in results[-1].stdout


def test_an_interrupted_installation_is_repeated(clone):
    """Whoever loses the network half-way only has to run it again."""
    script(clone / "path/uv", "exit 7")
    failed = dev(clone, "test")

    assert 1 == failed.returncode
    assert "exit code 7" in failed.stderr
    assert not (clone / ".venv/baton-installed").exists()


def test_check_runs_everything_and_names_what_failed(clone):
    """One round shows all there is to mend, and the exit code says that there is something."""
    assert 0 == dev(clone, "test", "--version").returncode
    for name, code in (("ruff", 1), ("mypy", 0), ("lint-imports", 1)):
        script(clone / ".venv/bin" / name, f'echo "{name} $*"', f"exit {code}")

    told = dev(clone, "check")

    assert 1 == told.returncode
    assert ["ruff check", "ruff format --check", "mypy", "lint-imports"] == [
        line.strip() for line in told.stdout.splitlines() if re.match("ruff|mypy|lint-", line)
    ]
    assert "lint, format, imports: failed" == told.stdout.splitlines()[-1]


def test_arguments_and_exit_code_pass_through(clone):
    """`dev.py test -k …` is pytest with those words and pytest's own answer."""
    told = dev(clone, "test", "-k", "two words", "--no-such-option")

    assert pytest.ExitCode.USAGE_ERROR == told.returncode
    assert "--no-such-option" in told.stderr


@pytest.mark.parametrize(
    ("cores", "arguments", "expected"),
    [
        (2, [], "-m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder"),
        (64, [], "-m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder"),
        (1, [], "-m pytest"),
        (64, ["-k", "ladder"], "-m pytest -k ladder"),
    ],
)
def test_all_tests_run_side_by_side(clone, cores, arguments, expected):
    """All of them use the whole machine; what somebody picks runs where they can follow it."""
    assert 0 == dev(clone, "test", "--version").returncode
    script(clone / ".venv/bin/python", 'echo "$*"')

    first = f"import os\nos.sched_getaffinity = lambda _: range({cores})"
    assert f"{expected}\n" == dev(clone, "test", *arguments, first=first).stdout
