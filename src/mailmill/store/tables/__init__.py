"""All tables, by subject: people, work (jobs) and the archive."""

from mailmill.store.tables.base import metadata

__all__ = ["metadata"]
