"""Files in the database: chunks in, the same bytes out, with size and SHA-256."""

import hashlib
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailmill.bootstrap import DATABASE_NAME
from mailmill.domain.errors import NotFound
from mailmill.domain.job import JobKind, Lane, Waiting
from mailmill.store import accounts, files, jobs
from mailmill.store.db import Database
from mailmill.store.files import CHUNK
from mailmill.store.migrate import migrate


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database file with one workspace."""
    path: Path = tmp_path_factory.mktemp("files") / DATABASE_NAME
    migrate(path)
    database = Database(path, patience=5)
    database.write_now(lambda conn: accounts.ensure_owner(conn, 1))
    yield database
    database.close()


@given(st.lists(st.sampled_from((0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK)), max_size=4))
def test_a_stream_comes_out_as_it_went_in_however_it_was_cut(database: Database, sizes: list[int]) -> None:
    pieces = [random.Random(n).randbytes(size) for n, size in enumerate(sizes)]
    stored = database.write_now(lambda conn: files.save(conn, 1, None, "upload", iter(pieces), 7))
    chunks = database.read_now(lambda conn: list(files.read(conn, stored.id)))
    whole = b"".join(pieces)
    assert b"".join(chunks) == whole
    assert (stored.size, stored.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert all(len(chunk) == CHUNK for chunk in chunks[:-1])


def test_a_slow_reader_takes_one_chunk_at_a_time(database: Database) -> None:
    stored = database.write_now(lambda conn: files.save(conn, 1, None, "a", [b"x" * (CHUNK + 5)], 7))
    sizes = []
    for n in itertools.count():
        chunk = database.read_now(lambda conn, n=n: files.read_chunk(conn, stored.id, n))  # type: ignore[misc] # bound
        if chunk is None:
            break
        sizes.append(len(chunk))
    assert sizes == [CHUNK, 5]


def test_a_jobs_files_are_listed_by_name_and_one_name_is_one_file(database: Database) -> None:
    job = _job(database)
    for name, content in (("b.txt", b"1"), ("a.txt", b"2"), ("b.txt", b"33")):
        database.write_now(lambda conn, n=name, c=content: files.save(conn, 1, job, n, [c], 7))  # type: ignore[misc] # bound
    found = database.read_now(lambda conn: files.of_job(conn, job))
    assert [(file.name, file.size) for file in found] == [("a.txt", 1), ("b.txt", 2)]
    named = database.read_now(lambda conn: files.named(conn, job, "b.txt"))
    assert b"".join(database.read_now(lambda conn: list(files.read(conn, named.id)))) == b"33"
    with pytest.raises(NotFound):
        database.read_now(lambda conn: files.named(conn, job, "c.txt"))


def test_a_removed_file_leaves_no_chunk(database: Database) -> None:
    stored = database.write_now(lambda conn: files.save(conn, 1, None, "a", [b"x" * 3 * CHUNK], 7))
    database.write_now(lambda conn: files.remove(conn, stored.id))
    assert database.read_now(lambda conn: files.read_chunk(conn, stored.id, 0)) is None


def _job(database: Database) -> str:
    values = {
        "id": "0" * 32,
        "workspace_id": 1,
        "starter_id": 1,
        "account_id": None,
        "kind": JobKind.SYNC,
        "parameters": {},
        "single_flight": False,
        "reads_account": False,
        "lane": Lane.DEFAULT,
        "exempt": False,
        "waiting_for": Waiting.SLOT,
        "run_after": None,
        "parent_id": None,
    }
    return database.write_now(lambda conn: jobs.create(conn, values, [], 1)).job.id
