"""Migrations of the database, run by Alembic; each released schema has one."""
