"""Jobs and everything that hangs on them. Times are milliseconds since the epoch."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from mailmill.store.tables.base import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("starter_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("kind", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("single_flight", Boolean, nullable=False),
    Column("reads_account", Boolean, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("exempt", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting_for", Text),
    Column("run_after", BigInteger),
    Column("slot", Boolean, nullable=False),
    Column("busy", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("outage_since", BigInteger),
    Column("last_seq", Integer, nullable=False),
    Column("view", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    Column("paused_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("parent_id", Text),
    Index(
        "uq_jobs_single_flight",
        "account_id",
        "kind",
        unique=True,
        sqlite_where=text("single_flight AND state IN ('queued', 'running', 'paused')"),
        postgresql_where=text("single_flight AND state IN ('queued', 'running', 'paused')"),
    ),
    Index("ix_jobs_state", "state", "run_after"),
    Index("ix_jobs_waiting", "starter_id", "state", "slot", "lane", "queued_at"),
    Index("ix_jobs_account", "account_id", "slot"),
    Index("ix_jobs_finished", "finished_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("error", Text),
    PrimaryKeyConstraint("job_id", "attempt"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("phase", Text, nullable=False),
    Column("position", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "phase"),
)

tallies = Table(
    "tallies",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("folder", Text, nullable=False),
    *(Column(n, Integer, nullable=False) for n in ("listed", "new", "had", "filtered", "problem", "gone")),
    PrimaryKeyConstraint("job_id", "round", "folder"),
)

events = Table(
    "events",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", JSON, nullable=False),
    PrimaryKeyConstraint("job_id", "seq"),
    sqlite_with_rowid=False,
)

problems = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("job_id", Text, nullable=False),
    Column("message_id", Integer),
    Column("folder", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("source_id", Text),
    Column("code", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("raw", LargeBinary),
    Column("carrier", JSON),
    Column("identity", LargeBinary),
    Column("tries", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("solved_at", BigInteger),
    Index("ix_problems_account", "account_id", "solved_at"),
    Index("ix_problems_job", "job_id"),
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("uq_files_job", "job_id", "name", unique=True),
)

file_chunks = Table(
    "file_chunks",
    metadata,
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("file_id", "n"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("creator_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("window_from", Text),
    Column("window_to", Text),
    Column("next_at", BigInteger, nullable=False),
    Column("last_at", BigInteger),
    Column("last_job_id", Text),
    Index("ix_schedules_next", "next_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("delivered_at", BigInteger),
    Index("ix_outbox_due", "delivered_at", "due_at"),
)
