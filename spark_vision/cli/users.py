"""`spark-vision users`: accounts and their keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from spark_vision.app.settings import Settings
from spark_vision.cli import console
from spark_vision.cli.index import AsJson
from spark_vision.core.account import Role

if TYPE_CHECKING:
    from spark_vision.database.store import Store
    from spark_vision.social.accounts import NewKey

app = typer.Typer(help="Accounts and their keys.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The account's name.")]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account is for.")],
    as_json: AsJson = False,
) -> None:
    """Make an account, and print its key: once, for it is not kept."""
    from spark_vision.social.accounts import add_account

    with open_migrated() as store:
        _show(add_account(store, name, role, datetime.now(UTC)), as_json=as_json)


@app.command()
def key(name: Name, as_json: AsJson = False) -> None:
    """Make one more key for an account, and print it: once, for it is not kept."""
    from spark_vision.social.accounts import add_key

    with open_migrated() as store:
        _show(add_key(store, name, datetime.now(UTC)), as_json=as_json)


@app.command("list")
def list_accounts(as_json: AsJson = False) -> None:
    """List accounts with their keys' ids; the keys themselves nobody knows."""
    with open_migrated() as store, store.reading() as work:
        accounts = work.accounts.all()
    if as_json:
        console.print_json(
            [
                {
                    "name": known.account.name,
                    "role": known.account.role.value,
                    "created_at": known.created_at.isoformat(),
                    "keys": [
                        {
                            "id": held.id,
                            "created_at": held.created_at.isoformat(),
                            "revoked_at": held.revoked_at and held.revoked_at.isoformat(),
                        }
                        for held in known.keys
                    ],
                }
                for known in accounts
            ]
        )
        return
    table = console.table("name", "role", "key", "made", "revoked")
    for known in accounts:
        for held in known.keys:
            revoked = "" if held.revoked_at is None else f"{held.revoked_at:%Y-%m-%d %H:%M}"
            made = f"{held.created_at:%Y-%m-%d %H:%M}"
            table.add_row(known.account.name, known.account.role, held.id, made, revoked)
    console.out.print(table)


@app.command()
def revoke(
    name: Name,
    key_id: Annotated[str | None, typer.Option("--key", help="The id of one key; without, all.")] = None,
) -> None:
    """Revoke an account's keys; what the account did stays."""
    from spark_vision.social.accounts import revoke as revoke_keys

    with open_migrated() as store:
        count = revoke_keys(store, name, key_id, datetime.now(UTC))
    console.out.print(f"{count} {'key is' if count == 1 else 'keys are'} revoked.")


@app.command()
def suspend(name: Name) -> None:
    """Suspend an account: its keys are refused, and what it confirmed counts for nobody else.

    Example: spark-vision users suspend anna
    """
    from spark_vision.social.accounts import suspend as suspend_account

    with open_migrated() as store:
        suspend_account(store, name, datetime.now(UTC))
    console.out.print(f"{name} is suspended. `spark-vision users reinstate {name}` undoes it.")


@app.command()
def reinstate(name: Name) -> None:
    """Reinstate a suspended account with its keys.

    Example: spark-vision users reinstate anna
    """
    from spark_vision.social.accounts import reinstate as reinstate_account

    with open_migrated() as store:
        reinstate_account(store, name)
    console.out.print(f"{name} is reinstated.")


@contextmanager
def open_migrated() -> Iterator["Store"]:
    """The store of the settings, with its tables as they should be; closed when the block ends."""
    from spark_vision.app.store import migrate_store, open_store

    settings = Settings()
    store = open_store(settings)
    migrate_store(settings, store)
    yield store
    store.close()


def _show(made: "NewKey", *, as_json: bool) -> None:
    account = made.account
    if as_json:
        console.print_json(
            {"name": account.name, "role": account.role.value, "key_id": made.id, "key": made.secret}
        )
        return
    console.err.print(f"The key of {account.name} ({account.role}), shown this once:")
    console.out.print(made.secret)
