"""Files in the database: results of jobs and uploads, in chunks, so that a backup has them and memory stays small."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, insert, select

from mailmill.domain.errors import NotFound
from mailmill.store.tables.work import file_chunks, files

CHUNK = 256 << 10
"""Bytes in each chunk but the last."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file: size in bytes, SHA-256 in hex, ``job_id`` None for an upload, time in milliseconds since the epoch."""

    id: int
    workspace_id: int
    job_id: str | None
    name: str
    size: int
    sha256: str
    created_at: int


def save(
    conn: Connection, workspace_id: int, job_id: str | None, name: str, stream: Iterable[bytes], now: int
) -> StoredFile:
    """Store a stream as a file. A job's file of the same name is replaced; memory holds one chunk at a time."""
    if job_id is not None:
        conn.execute(delete(files).where(files.c.job_id == job_id, files.c.name == name))
    head = {"workspace_id": workspace_id, "job_id": job_id, "name": name, "created_at": now, "size": 0, "sha256": ""}
    key = conn.execute(insert(files).values(head)).inserted_primary_key
    assert key is not None
    digest, size = hashlib.sha256(), 0
    for n, chunk in enumerate(_chunks(stream)):
        digest.update(chunk)
        size += len(chunk)
        conn.execute(insert(file_chunks).values(file_id=key[0], n=n, data=chunk))
    mine = files.c.id == key[0]
    conn.execute(files.update().where(mine).values(size=size, sha256=digest.hexdigest()))
    return _file(conn.execute(select(files).where(mine)).one())


def of_job(conn: Connection, job_id: str) -> list[StoredFile]:
    """The files of a job, by name."""
    return [_file(row) for row in conn.execute(select(files).where(files.c.job_id == job_id).order_by(files.c.name))]


def named(conn: Connection, job_id: str, name: str) -> StoredFile:
    """The job's file of that name. Raises NotFound."""
    row = conn.execute(select(files).where(files.c.job_id == job_id, files.c.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"The job has no file “{name}”.")
    return _file(row)


def read(conn: Connection, file_id: int) -> Iterator[bytes]:
    """The bytes of a file, a chunk at a time; only within the transaction."""
    n = 0
    while (chunk := read_chunk(conn, file_id, n)) is not None:
        yield chunk
        n += 1


def read_chunk(conn: Connection, file_id: int, n: int) -> bytes | None:
    """Chunk number ``n`` (from 0), None after the last one; for readers too slow to hold a transaction open."""
    mine = (file_chunks.c.file_id == file_id) & (file_chunks.c.n == n)
    found: bytes | None = conn.execute(select(file_chunks.c.data).where(mine)).scalar()
    return found


def remove(conn: Connection, file_id: int) -> None:
    """Delete a file with its chunks."""
    conn.execute(delete(files).where(files.c.id == file_id))


def _chunks(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The stream cut into chunks of equal size."""
    kept = bytearray()
    for data in stream:
        view = memoryview(data)
        while view:
            room = CHUNK - len(kept)
            kept += view[:room]
            view = view[room:]
            if len(kept) == CHUNK:
                yield bytes(kept)
                kept.clear()
    if kept:
        yield bytes(kept)


def _file(row: Row[*tuple[object, ...]]) -> StoredFile:
    return StoredFile(**row._mapping)
