"""The tables. A change here comes with a migration in `migrations/versions`; a test compares the two.

Times are milliseconds since 1970 in UTC.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

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
    Column("name", String(200), nullable=False),
    Column("key_length", Integer, nullable=False),
    Column("origins", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    CheckConstraint("id > 0", name="id"),
    CheckConstraint("key_length BETWEEN 4 AND 12", name="key_length"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("created", BigInteger, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("username", String(200), nullable=False),
    Column("username_folded", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("title", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("suspended", Boolean(name="suspended"), nullable=False),
    Column("created", BigInteger, nullable=False),
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
    Column("site", String(20), primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

masks = Table(
    "masks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("site", String(20), nullable=False),
    Column("selector", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("action", String(20), nullable=False),
    Column("label", String(200), nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("uq_masks_rule", "group_id", "site", "selector", "role", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("ssnid", String(100), primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(63), nullable=False),
    Column("site", String(20), nullable=False),
    Column("state", String(1), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("visitorid", String(100), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(200), nullable=False),
    Column("phone", String(60), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("scope", String(40), nullable=False),
    Column("asset_key", LargeBinary(32), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("active", BigInteger),
    Column("ended", BigInteger),
    Index("ix_sessions_group_id_created", "group_id", "created"),
    Index("ix_sessions_ended", "ended"),
)
