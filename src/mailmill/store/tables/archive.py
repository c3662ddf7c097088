"""The archive: mails, where they lie, what was found in them.

Dates are seconds since the epoch. ``sort_key`` is unique and orders the mails of a workspace by date; it is also
the row number in the full-text index, so that matches come out newest first without sorting (``store/sortkeys.py``).
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.schema import ExecutableDDLElement

from mailmill.store.tables.base import metadata

MESSAGE_INDEX_DDL = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS message_index USING fts5("
    "subject, people_from, people_to, people_cc, body, files, marks, "
    "content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')"
)
"""The full-text index on SQLite: contentless (``message_texts`` holds what a deletion needs), without ranking."""

MESSAGE_INDEX_TUNING = (
    "INSERT INTO message_index(message_index, rank) VALUES ('automerge', 0)",
    "INSERT INTO message_index(message_index, rank) VALUES ('crisismerge', 128)",
    "INSERT INTO message_index(message_index, rank) VALUES ('usermerge', 16)",
)
"""Merging is done in slices between batches (``search_sqlite.merge_index``), not inside an insert."""

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("sort_key", BigInteger, nullable=False, unique=True),
    Column("identity", LargeBinary, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("message_id", Text),
    Column("thread_id", Integer, nullable=False, index=True),
    Column("gmail_id", Text),
    Column("gmail_thread_id", Text),
    Column("subject", Text, nullable=False),
    Column("from_name", Text, nullable=False),
    Column("from_email", Text, nullable=False),
    Column("people", Text, nullable=False),
    Column("date", BigInteger),
    Column("date_offset", Integer),
    Column("received_at", BigInteger),
    Column("size", Integer, nullable=False),
    Column("has_attachment", Boolean, nullable=False),
    Column("from_line", LargeBinary),
    Column("dialect", Text, nullable=False),
    Column("job_id", Text),
    Column("defects", Text),
    Column("gone_at", BigInteger),
    UniqueConstraint("workspace_id", "identity"),
    Index(
        "ix_messages_gmail_id",
        "workspace_id",
        "gmail_id",
        sqlite_where=text("gmail_id IS NOT NULL"),
        postgresql_where=text("gmail_id IS NOT NULL"),
    ),
    Index(
        "ix_messages_gone",
        "sort_key",
        sqlite_where=text("gone_at IS NOT NULL"),
        postgresql_where=text("gone_at IS NOT NULL"),
    ),
)

raw_messages = Table(
    "raw_messages",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

message_texts = Table(
    "message_texts",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", Boolean, nullable=False),
    PrimaryKeyConstraint("message_id", "number"),
    sqlite_with_rowid=False,
)

folders = Table(
    "folders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False, index=True),
    UniqueConstraint("account_id", "name"),
)

locations = Table(
    "locations",
    metadata,
    Column("folder_id", ForeignKey("folders.id", ondelete="CASCADE"), nullable=False),
    Column("sort_key", BigInteger, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("gone_at", BigInteger),
    PrimaryKeyConstraint("folder_id", "sort_key", "source_id"),
    Index(
        "uq_locations_source_id",
        "folder_id",
        "source_id",
        unique=True,
        sqlite_where=text("source_id != ''"),
        postgresql_where=text("source_id != ''"),
    ),
    sqlite_with_rowid=False,
)
"""Where a mail lies or lay. ``source_id`` is empty where the source has none (files)."""

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    UniqueConstraint("workspace_id", "name"),
    Index("ix_labels_key", "workspace_id", "key"),
)

message_labels = Table(
    "message_labels",
    metadata,
    Column("label_id", ForeignKey("labels.id", ondelete="CASCADE"), nullable=False),
    Column("sort_key", BigInteger, nullable=False),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("label_id", "sort_key"),
    sqlite_with_rowid=False,
)

threads = Table(
    "threads",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("subject_hash", BigInteger),
    Column("rooted", Boolean, nullable=False),
    Column("first_date", BigInteger, nullable=False),
    Column("last_date", BigInteger, nullable=False),
    Column("people", LargeBinary, nullable=False),
    Index("ix_threads_subject", "workspace_id", "subject_hash", "last_date"),
    Index(
        "ix_threads_rootless",
        "workspace_id",
        "subject_hash",
        sqlite_where=text("NOT rooted"),
        postgresql_where=text("NOT rooted"),
    ),
)
"""``rooted`` tells that the mail which opened the thread is here; ``people`` are packed hashes of addresses."""

thread_ids = Table(
    "thread_ids",
    metadata,
    Column("workspace_id", Integer, nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("workspace_id", "hash"),
    sqlite_with_rowid=False,
)
"""The thread of every Message-ID seen, also of those only referred to."""

findings = Table(
    "findings",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("extractor", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("part", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    PrimaryKeyConstraint("message_id", "extractor", "number"),
    sqlite_with_rowid=False,
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("item", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("merchant", Text, nullable=False),
    Column("merchant_domain", Text, nullable=False),
    Column("processor", Text),
    Column("total_micros", BigInteger),
    Column("currency", Text),
    Column("tax_micros", BigInteger),
    Column("date", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("order_number", Text),
    Column("invoice_number", Text),
    Column("confidence", Float, nullable=False),
    Column("review", Text, nullable=False),
    Column("purchase_id", Integer, nullable=False),
    Column("counts", Boolean, nullable=False),
    UniqueConstraint("message_id", "item"),
    Index("ix_receipts_date", "workspace_id", "date", "id"),
    Index("ix_receipts_merchant", "workspace_id", "merchant_domain", "date"),
    Index("ix_receipts_order", "workspace_id", "order_number"),
    Index("ix_receipts_amount", "workspace_id", "currency", "total_micros", "date"),
    Index("ix_receipts_purchase", "workspace_id", "purchase_id"),
)
"""Money is in millionths of the currency's unit. A purchase is named by the smallest receipt id in it."""


def _on_sqlite(statement: str) -> ExecutableDDLElement:
    ddl: ExecutableDDLElement = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return ddl.execute_if(dialect="sqlite")


for _statement in (MESSAGE_INDEX_DDL, *MESSAGE_INDEX_TUNING):
    event.listen(metadata, "after_create", _on_sqlite(_statement))
