"""Run by Alembic; `attributes["path"]` is the database file."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from relay.store.schema import metadata

engine = create_engine(f"sqlite:///{context.config.attributes['path']}", poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
