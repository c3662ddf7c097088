"""All tables, by subject: people, work (jobs) and the archive."""

from mailmill.store.tables import archive, people, work
from mailmill.store.tables.base import metadata

__all__ = ["archive", "metadata", "people", "work"]
