"""Where the trials of a study are: a journal file beside its results, or a database that many machines reach."""

import fcntl
import os
import re
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparsify.errors import ConfigError, RunError

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

STUDY = "paper"
"""What a study is called where nothing else is said."""

_PATIENCE = 60
"""Seconds to wait for a SQLite file that another process writes to."""

_OPENINGS = 12
"""How often a database is tried: of two commands that make its tables at once one fails."""


def split(where: str) -> tuple[str, str]:
    """`WHERE#NAME` → where the storage is, and the name of the study in it."""
    place, _, name = where.partition("#")
    return place, name or STUDY


def shown(where: str) -> str:
    """A storage for messages: an URL without its password."""
    return re.sub(r"(://[^:@/]*):[^@/]*@", r"\1:…@", where)


def open_storage(place: str, must_exist: bool = False) -> "BaseStorage":
    """The storage: a database of an URL (`sqlite:///FILE`, `postgresql://…`, whatever SQLAlchemy knows), or a journal.

    Raises:
        ConfigError: Optuna is not installed.
        RunError: it cannot be opened, or `must_exist` and is not there.
    """
    if find_spec("optuna") is None:
        raise ConfigError("studies need Optuna (got no such package); pip install 'sparse-wfsa[studies]'.")
    import_module("optuna.logging").set_verbosity(import_module("optuna.logging").ERROR)
    if "://" in place:
        return _database(place)
    if must_exist and not Path(place).is_file():
        raise RunError(f"a study is a journal file or the URL of a database (got {place}, which is not there).")
    return _journal(Path(place))


def _journal(path: Path) -> "BaseStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    class Lock(JournalFileOpenLock):
        """A lock of the operating system, which ends with the process that holds it.

        A line that was cut, as its writer was killed, is removed before another is written: nobody could read on.
        """

        def acquire(self) -> bool:
            """Wait for it."""
            self._file = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            _mend(path)
            return True

        def release(self) -> None:
            """Let others in."""
            os.close(self._file)

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return JournalStorage(JournalFileBackend(str(path), lock_obj=Lock(str(path))))
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path} must be the journal of a study (got {error!r:.80}); choose another --study.") from None


def _mend(path: Path) -> None:
    """Cut off a last line without an end."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start, tail = size, b""
        while start and b"\n" not in tail:
            start = max(0, start - 2**16)
            file.seek(start)
            tail = file.read(size - start)
        if (end := start + tail.rfind(b"\n") + 1) != size:
            file.truncate(end)


def _database(url: str) -> "BaseStorage":
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import SQLAlchemyError

    sqlite = url.startswith("sqlite")
    options: dict[str, Any] = {"pool_pre_ping": True}
    if sqlite:
        options["connect_args"] = {"timeout": _PATIENCE}
    for opening in range(_OPENINGS):
        try:
            storage = RDBStorage(url, engine_kwargs=options)
            break
        except (SQLAlchemyError, ImportError, ValueError) as error:
            if opening == _OPENINGS - 1 or not isinstance(error, SQLAlchemyError):
                got = f"{shown(url)}: {shown(str(error).splitlines()[0]):.120}"
                raise RunError(f"the database of the study must be reachable (got {got}); mend --study.") from None
            time.sleep(0.1 * (opening + 1))
    if sqlite:
        _make_steps_whole(storage.engine)
    return storage


def _make_steps_whole(engine: Any) -> None:
    """Let every step lock a SQLite file from its first reading on.

    Others lock the rows that they read, which SQLite cannot: two workers could read that a trial waits, and both take
    it. Source: SQLAlchemy's page on the SQLite dialect.
    """
    from sqlalchemy import event

    def leave_alone(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # else Python's module begins transactions, and later

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", leave_alone)
    event.listen(engine, "begin", begin)
    engine.dispose()  # connections that were made before
