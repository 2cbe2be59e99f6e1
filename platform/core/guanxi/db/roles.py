"""The PostgreSQL role that serves: it owns nothing, so row-level security binds it."""

from urllib.parse import unquote, urlsplit

from tortoise import BaseDBAsyncClient

from guanxi.errors import Text, UnavailableError

MAY = "SELECT rolcreaterole OR rolsuper AS may FROM pg_roles WHERE rolname = current_user"


def role_of(url: str) -> str:
    """The role that a URL connects as. Raises: ValueError when it names none."""
    name = unquote(urlsplit(url).username or "")
    if not name or '"' in name:
        raise ValueError("the database URL must name a role, without quotes")
    return name


async def ensure_serving_role(client: BaseDBAsyncClient, url: str) -> bool:
    """Create the role that ``url`` names, with its password, if it does not exist; whether it was created.

    Raises:
        UnavailableError: it is missing and this role may not create it; the hint says what an administrator runs.
    """
    name = role_of(url)
    if (await client.execute_query("SELECT 1 AS found FROM pg_roles WHERE rolname = $1", [name]))[0]:
        return False
    sql = f'CREATE ROLE "{name}" LOGIN NOSUPERUSER NOBYPASSRLS'
    if not (await client.execute_query(MAY))[1][0]["may"]:
        raise UnavailableError(
            Text(f"The database role {name} does not exist.", f"数据库角色 {name} 不存在。"),
            hint=Text(f"Let an administrator run: {sql} PASSWORD '…'", f"请管理员执行：{sql} PASSWORD '…'"),
        )
    password = unquote(urlsplit(url).password or "").replace("'", "''")
    await client.execute_script(f"{sql} PASSWORD '{password}'" if password else sql)
    return True
