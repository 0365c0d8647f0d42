"""What Alembic runs. The connection comes from `recado.migrate`, in a transaction that it began and commits."""

from alembic import context

from recado.db import Base

attributes = context.config.attributes

context.configure(
    connection=attributes["connection"],
    # For its naming convention: constraints get the names that the models give them.
    target_metadata=Base.metadata,
    on_version_apply=attributes.get("on_version_apply"),
    # Alembic supposes that SQLite cannot, because Python's driver used to commit before DDL; ours does not.
    transactional_ddl=True,
    # SQLite changes a column by writing the table anew.
    render_as_batch=attributes["connection"].dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
