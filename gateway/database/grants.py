"""What the role of gateway and worker may do on PostgreSQL: read and write rows, and nothing to the tables themselves.

Migrations run as the owner. The role that everything else runs as owns nothing, so it cannot switch off what makes the
records insert-only, nor put something of the same name before it.
"""

from collections.abc import Iterator

from sqlalchemy import URL, Connection, text

from gateway.database.drivers import make_engine, parse_url
from gateway.database.errors import DatabaseError
from gateway.database.models import INSERT_ONLY, METADATA

_ROLE = text("SELECT rolsuper FROM pg_roles WHERE rolname = :role")
_PLACE = text(
    "SELECT n.nspname AS schema, current_database() AS database FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('alembic_version')"
)
_SELF = text(
    "SELECT rolsuper, rolcreaterole, rolreplication,"
    " has_database_privilege(current_database(), 'TEMPORARY') AS temporary,"
    " has_database_privilege(current_database(), 'CREATE') AS schemas"
    " FROM pg_roles WHERE rolname = current_user"
)
_CREATES = text("SELECT s FROM unnest(current_schemas(false)) s WHERE has_schema_privilege(s, 'CREATE')")
_OWNED = text(
    "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.oid = ANY (CAST(:tables AS regclass[]))"
    " AND pg_has_role(c.relowner, 'MEMBER') ORDER BY 1"
)
_TOO_MUCH = text(
    "SELECT c.relname FROM pg_class c WHERE c.oid = ANY (CAST(:tables AS regclass[]))"
    " AND has_table_privilege(c.oid, :rights) ORDER BY 1"
)
_MAY_SET = text(
    "SELECT current_setting('server_version_num')::int >= 150000"
    " AND has_parameter_privilege('session_replication_role', 'SET')"
)


def needs_grants(owner: str, user: str) -> bool:
    """Whether gateway and worker run under another role than migrations."""
    first, second = parse_url(owner), parse_url(user)
    return second.get_backend_name() == "postgresql" and first.username != second.username


def give(owner: str, user: str) -> str:
    """Give the role of the address `user` exactly what it needs, as the owner; return its name. May be repeated.

    Raises:
        DatabaseError: there is no such role, it is a superuser, or the two addresses are of two databases.
    """
    url, role = parse_url(owner), _role(parse_url(user))
    if parse_url(user).database != url.database:
        raise DatabaseError("PILNVARA_DATABASE_OWNER_URL and PILNVARA_DATABASE_URL name two databases")
    with make_engine(url, read_only=False).connect() as conn, conn.begin():
        is_superuser = conn.execute(_ROLE, {"role": role}).scalar_one_or_none()
        if is_superuser is None:
            raise DatabaseError(f"there is no role {role}: create it (CREATE ROLE … LOGIN PASSWORD …)")
        if is_superuser:
            raise DatabaseError(f"the role {role} is a superuser: nothing can be kept from it")
        for statement in _statements(conn, role):
            conn.execute(text(statement))
    return role


def excess(conn: Connection) -> list[str]:
    """Say what the role of this connection could do beyond reading and writing rows; nothing is best."""
    return [] if conn.dialect.name == "sqlite" else list(_excess(conn))


def _excess(conn: Connection) -> Iterator[str]:
    everything = {"tables": [each.name for each in METADATA.sorted_tables]}
    it = conn.execute(_SELF).one()
    if it.rolsuper:
        yield "it is a superuser"
        return
    if owned := conn.execute(_OWNED, everything).scalars().all():
        yield f"it owns {len(owned)} tables, such as {owned[0]}"
        return
    if it.rolcreaterole or it.rolreplication:
        yield "it may make roles or replicate"
    if conn.execute(_MAY_SET).scalar_one():
        yield "it may switch triggers off for itself (session_replication_role)"
    if it.temporary or it.schemas or conn.execute(_CREATES).first() is not None:
        yield "it may make tables or functions that hide ours"
    for tables, rights in ((list(INSERT_ONLY), "UPDATE, DELETE"), (everything["tables"], "TRUNCATE, TRIGGER")):
        if found := conn.execute(_TOO_MUCH, {"tables": tables, "rights": rights}).scalars().all():
            yield f"it has {rights.replace(', ', ' or ')} on {', '.join(found[:3])}"


def _statements(conn: Connection, role: str) -> Iterator[str]:
    place = conn.execute(_PLACE).one()
    quote = conn.dialect.identifier_preparer.quote_identifier
    schema, database, to = quote(place.schema), quote(place.database), quote(role)
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {to}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {to}"
    yield f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {to}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {to}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {to}"
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC, {to}"
    yield f"GRANT SELECT ON {schema}.alembic_version TO {to}"
    for table in METADATA.sorted_tables:
        rights = "SELECT, INSERT" if table.name in INSERT_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {rights} ON {schema}.{quote(table.name)} TO {to}"


def _role(url: URL) -> str:
    if not url.username:
        raise DatabaseError("PILNVARA_DATABASE_URL names no role (postgresql://role@host/name)")
    return url.username
