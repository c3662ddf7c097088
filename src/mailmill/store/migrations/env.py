"""What Alembic runs for each migration: the connection is handed in by ``store.migrate``."""

from alembic import context

from mailmill.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
