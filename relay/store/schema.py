"""The tables. A change here comes with a migration in `migrations/versions`; a test compares the two.

Times are milliseconds since 1970 in UTC.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, false, text

from relay.store.text import CleanString, CleanText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

groups = Table(
    "groups",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", CleanString(200), nullable=False),
    Column("origins", CleanText, nullable=False),
    Column("permissions", CleanText, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("parent_id", ForeignKey("groups.id"), index=True),
    CheckConstraint("id > 0", name="id"),
)

setting_versions = Table(
    "setting_versions",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("site", CleanString(20), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", CleanString(255), nullable=False),
    Column("cause", CleanString(20), nullable=False),
    Column("source", Integer),
    Column("chosen", CleanText, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", CleanString(64), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("ends", BigInteger),
)

roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("name", CleanString(70), nullable=False),
    Column("name_folded", CleanString(210), nullable=False),
    Column("description", CleanString(255), nullable=False),
    Column("permissions", CleanText, nullable=False),
    Column("owner", Boolean(name="owner"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("uq_roles_name", "group_id", "name_folded", unique=True),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("username", CleanString(200), nullable=False),
    Column("username_folded", CleanString(600), nullable=False, unique=True),
    Column("puid", CleanString(255)),
    Column("name", CleanString(200), nullable=False),
    Column("title", CleanString(200), nullable=False),
    Column("first_name", CleanString(49), nullable=False),
    Column("last_name", CleanString(49), nullable=False),
    Column("email", CleanString(127), nullable=False),
    Column("phone", CleanString(31), nullable=False),
    Column("role_id", ForeignKey("roles.id"), index=True),
    Column("password_hash", CleanString(200), nullable=False),
    Column("suspended", Boolean(name="suspended"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("uq_users_puid", "group_id", "puid", unique=True),
    sqlite_autoincrement=True,
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("site", CleanString(20), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("profile", CleanString(20), nullable=False, server_default="open"),
)

masks = Table(
    "masks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("site", CleanString(20), nullable=False),
    Column("selector", CleanText, nullable=False),
    Column("role", CleanString(70), nullable=False),
    Column("action", CleanString(20), nullable=False),
    Column("label", CleanString(200), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("relay_only", Boolean(name="relay_only"), nullable=False, server_default=false()),
    Index("uq_masks_rule", "group_id", "site", "selector", "role", unique=True),
)

mask_versions = Table(
    "mask_versions",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("site", CleanString(20), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", CleanString(255), nullable=False),
    Column("cause", CleanString(20), nullable=False),
    Column("source", Integer),
    Column("profile", CleanString(20), nullable=False),
    Column("rules", CleanText, nullable=False),
)

# Numbers are never given out twice, also by SQLite, which would give those of deleted rows again.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ssnid", CleanString(100), nullable=False, unique=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("key", CleanString(63), nullable=False),
    Column("site", CleanString(20), nullable=False),
    Column("type", CleanString(1), nullable=False),
    Column("state", CleanString(1), nullable=False),
    Column("reason", CleanString(20), nullable=False),
    Column("visitorid", CleanString(100), nullable=False),
    Column("name", CleanString(200), nullable=False),
    Column("email", CleanString(200), nullable=False),
    Column("phone", CleanString(60), nullable=False),
    Column("address", CleanString(64), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("scope", CleanString(40), nullable=False),
    Column("asset_key", LargeBinary(32), nullable=False),
    Column("created", BigInteger, nullable=False),
    # When the first agent came; of a session that nobody joined, when it was set up.
    Column("started", BigInteger, nullable=False),
    Column("active", BigInteger),
    Column("seen", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("bytes", BigInteger, nullable=False),
    Column("origin", CleanString(255), nullable=False),
    Column("xid", CleanString(255), nullable=False),
    # Reports count from the index alone: it holds all that they ask for.
    Index("ix_sessions_started", "group_id", "started", "id", "type", "state", "created", "ended"),
    Index("ix_sessions_ended", "group_id", "ended", "id", "type", "state", "created"),
    Index("ix_sessions_created", "group_id", "created", "id"),
    Index("ix_sessions_key", "group_id", "key", "started", "id"),
    Index("ix_sessions_open", "group_id", "id", sqlite_where=text("ended IS NULL"), postgresql_where=text("ended IS NULL")),
    sqlite_autoincrement=True,
)

# Number 0 is the visitor. What is known of an agent is what its account said then: accounts change and go.
participants = Table(
    "participants",
    metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", CleanString(10), nullable=False),
    Column("state", CleanString(1), nullable=False),
    Column("user_id", Integer),
    Column("username", CleanString(200), nullable=False),
    Column("puid", CleanString(255), nullable=False),
    Column("full_name", CleanString(200), nullable=False),
    Column("name", CleanString(63), nullable=False),
    Column("email", CleanString(127), nullable=False),
    Column("phone", CleanString(31), nullable=False),
    Column("address", CleanString(64), nullable=False),
    Column("origin", CleanString(255), nullable=False),
    Column("xid", CleanString(255), nullable=False),
    Column("joined", BigInteger, nullable=False),
    Column("left", BigInteger),
    Column("bytes", BigInteger, nullable=False),
    # Of agents, `started` of the session: what a user did in some days is one range of an index.
    Column("session_started", BigInteger),
    Index(
        "ix_participants_user_id",
        "user_id",
        "session_started",
        "session_id",
        sqlite_where=text("user_id IS NOT NULL"),
        postgresql_where=text("user_id IS NOT NULL"),
    ),
)

mask_statements = Table(
    "mask_statements",
    metadata,
    Column("ssnid", ForeignKey("sessions.ssnid", ondelete="CASCADE"), primary_key=True),
    Column("statement", CleanText, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)

# Numbers are never given out twice: that of a deleted webhook must not become another's.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("site", CleanString(20), nullable=False),
    Column("url", CleanText, nullable=False),
    Column("events", CleanString(200), nullable=False),
    Column("on", Boolean(name="on"), nullable=False),
    Column("secret", CleanString(100), nullable=False),
    Column("secret_before", CleanString(100)),
    Column("before_ends", BigInteger),
    Column("created", BigInteger, nullable=False),
    Index("ix_webhooks_group_id", "group_id", "site"),
    sqlite_autoincrement=True,
)

# A delivery outlives the record of its session, whose number it has in its body.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("message", CleanString(40), nullable=False),
    Column("ssnid", CleanString(100), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("event", CleanString(30), nullable=False),
    Column("body", CleanText, nullable=False),
    Column("progress", CleanString(10), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("queued", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),
    Column("failure", CleanString(200), nullable=False),
    Column("done", BigInteger),
    Index("uq_webhook_deliveries_sequence", "webhook_id", "ssnid", "sequence", unique=True),
    # Looked at every second: it holds what waits and nothing else.
    Index(
        "ix_webhook_deliveries_waiting",
        "webhook_id",
        "id",
        sqlite_where=text("progress = 'waiting'"),
        postgresql_where=text("progress = 'waiting'"),
    ),
    Index("ix_webhook_deliveries_done", "done"),
    sqlite_autoincrement=True,
)

# Entries outlive what they speak of: no foreign key.
audit = Table(
    "audit",
    metadata,
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", CleanString(255), nullable=False),
    Column("address", CleanString(64), nullable=False),
    Column("action", CleanString(40), nullable=False),
    Column("result", CleanString(20), nullable=False),
    Column("subject", CleanString(255), nullable=False),
    Column("detail", CleanText, nullable=False),
    Column("code", LargeBinary(32), nullable=False),
    Index("ix_audit_group_id_at", "group_id", "at"),
)
