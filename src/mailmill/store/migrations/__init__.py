"""The history of the schema, run by Alembic; ``HEAD`` is the revision that this release needs."""

HEAD = "0001"
