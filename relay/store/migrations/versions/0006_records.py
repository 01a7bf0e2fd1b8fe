"""Records of sessions get numbers, and rows for those who took part. Numbers of sessions and of users are never given out twice."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Of what an earlier version wrote it is known when the session ended, and by its state how its visitor left; not which agents came.
VISITORS = """
INSERT INTO participants
  (session_id, number, kind, state, username, puid, full_name, name, email, phone, address, origin, xid, joined, "left", bytes)
SELECT id, 0, 'visitor',
  CASE state WHEN 'J' THEN 'J' WHEN 'W' THEN 'R' WHEN 'A' THEN 'R' WHEN 'T' THEN 'T' WHEN 'U' THEN 'E' WHEN 'Q' THEN
    CASE reason WHEN 'error' THEN 'X' ELSE 'C' END ELSE state END,
  '', '', '', substr(name, 1, 63), substr(email, 1, 127), substr(phone, 1, 31), '', '', '', created, ended, 0
FROM sessions
"""


def upgrade() -> None:
    with op.batch_alter_table("users", recreate="auto" if _is_server() else "always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    _put_aside()
    _sessions()
    _mask_statements()
    _participants()
    for table in ("old_mask_statements", "old_sessions"):
        op.drop_table(table)


def _is_server() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _put_aside() -> None:
    for name in ("ix_sessions_group_id_created", "ix_sessions_ended"):
        op.drop_index(name, "sessions")
    for table in ("mask_statements", "sessions"):
        op.rename_table(table, f"old_{table}")
        if _is_server():
            op.execute(f"ALTER TABLE old_{table} RENAME CONSTRAINT pk_{table} TO pk_old_{table}")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ssnid", sa.String(100), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(63), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("type", sa.String(1), nullable=False),
        sa.Column("state", sa.String(1), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("visitorid", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(60), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("asset_key", sa.LargeBinary(32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.BigInteger()),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("xid", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_sessions_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("ssnid", name="uq_sessions_ssnid"),
        sqlite_autoincrement=True,
    )
    kept = "ssnid, group_id, key, site, state, reason, visitorid, name, email, phone, secret_hash, scope, asset_key, created, active, ended"
    op.execute(
        f"INSERT INTO sessions ({kept}, type, address, started, seen, bytes, origin, xid) "
        f"SELECT {kept}, 'C', '', coalesce(active, created), coalesce(ended, active, created), 0, '', '' "
        "FROM old_sessions ORDER BY created, ssnid"
    )
    is_open = sa.text("ended IS NULL")
    op.create_index("ix_sessions_created", "sessions", ["group_id", "created", "id"])
    op.create_index("ix_sessions_started", "sessions", ["group_id", "started", "id", "type", "state", "created", "ended"])
    op.create_index("ix_sessions_ended", "sessions", ["group_id", "ended", "id", "type", "state", "created"])
    op.create_index("ix_sessions_key", "sessions", ["group_id", "key", "started", "id"])
    op.create_index("ix_sessions_open", "sessions", ["group_id", "id"], sqlite_where=is_open, postgresql_where=is_open)


def _mask_statements() -> None:
    op.create_table(
        "mask_statements",
        sa.Column("ssnid", sa.String(100), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("ssnid", name="pk_mask_statements"),
        sa.ForeignKeyConstraint(["ssnid"], ["sessions.ssnid"], name="fk_mask_statements_ssnid", ondelete="CASCADE"),
    )
    op.execute("INSERT INTO mask_statements SELECT ssnid, statement, signature FROM old_mask_statements")


def _participants() -> None:
    op.create_table(
        "participants",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(1), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("puid", sa.String(255), nullable=False),
        sa.Column("full_name", sa.String(200), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("email", sa.String(127), nullable=False),
        sa.Column("phone", sa.String(31), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("xid", sa.String(255), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger()),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("session_started", sa.BigInteger()),
        sa.PrimaryKeyConstraint("session_id", "number", name="pk_participants"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_participants_session_id", ondelete="CASCADE"),
    )
    of_user = sa.text("user_id IS NOT NULL")
    op.create_index(
        "ix_participants_user_id",
        "participants",
        ["user_id", "session_started", "session_id"],
        sqlite_where=of_user,
        postgresql_where=of_user,
    )
    op.execute(VISITORS)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade")
