"""What is kept of keys: through a kill, and nothing of those whose deletion was due."""

from pathlib import Path
from typing import Any

from harness import Server, running
from portico.services.kms.deletions import Deletions
from portico.services.kms.records import (
    ALIASES,
    DOOMED,
    GRANTEES,
    GRANTS,
    KEYS,
    RETIRABLE,
    Alias,
    Doomed,
    Grant,
    GrantPointer,
    Key,
    Material,
)
from portico.store.table import Table
from world import ACCOUNT, World, a_world


def test_keys_outlive_a_kill(tmp_path: Path) -> None:
    first = Server(tmp_path / "data")
    kms = first.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key)
    grant = kms.create_grant(
        KeyId=key, GranteePrincipal="arn:aws:iam::000000000000:root", Operations=["Decrypt"]
    )
    old = kms.encrypt(KeyId=key, Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    new = kms.encrypt(KeyId=key, Plaintext=b"new")["CiphertextBlob"]
    first.kill()
    with running(tmp_path / "data") as second:
        kms = second.client("kms")
        assert [kms.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in (old, new)] == [b"old", b"new"]
        assert kms.describe_key(KeyId="alias/kept")["KeyMetadata"]["Arn"] == key
        assert kms.decrypt(CiphertextBlob=old, GrantTokens=[grant["GrantToken"]])["Plaintext"] == b"old"
        assert len(kms.list_grants(KeyId=key)["Grants"]) == 1


REGION = "us-east-1"
TABLES: tuple[Table[Any], ...] = (KEYS, ALIASES, GRANTS, GRANTEES, RETIRABLE, DOOMED)


async def doomed(world: World, name: str, due: float) -> None:
    """A key with an alias and 250 grants, which is to be deleted at `due`."""
    at = (ACCOUNT, REGION, name)
    material = Material("00" * 32, "sealed", 0.0)
    key = Key(*at, "{}", 0.0, (material,), aliases=(f"alias/{name}",), grants=250, deletes_at=due)
    await world.put(KEYS, key, *at)
    await world.put(
        ALIASES, Alias(ACCOUNT, REGION, f"alias/{name}", name, 0.0, 0.0), *at[:2], f"alias/{name}"
    )
    await world.put(DOOMED, Doomed(*at), int(due), *at)
    for number in range(250):
        grant = Grant(str(number), *at, "AIDAX", ("Decrypt",), 0.0, "", retiring="AIDAY")
        await world.put(GRANTS, grant, *at, grant.id)
        await world.put(GRANTEES, GrantPointer(name, grant.id), *at, "AIDAX", grant.id)
        await world.put(RETIRABLE, GrantPointer(name, grant.id), *at[:2], "AIDAY", name, grant.id)


async def test_what_is_due_is_removed_whole() -> None:
    async with a_world() as world:
        await doomed(world, "k1", 1000.0)
        await doomed(world, "k2", 2000.0)
        taken = Alias(ACCOUNT, REGION, "alias/k1", "k2", 0.0, 0.0)  # by another key in the meantime
        await Deletions(world.store, lambda: 999.0).remove()
        assert [len(await world.store.scan(table.key())) for table in TABLES] == [2, 2, 500, 500, 500, 2]
        await world.put(ALIASES, taken, ACCOUNT, REGION, "alias/k1")
        await Deletions(world.store, lambda: 1000.0).remove()
        kept = [await world.store.scan(table.key()) for table in TABLES]
        assert [len(rows) for rows in kept] == [1, 2, 250, 250, 250, 1]
        assert all(b"k2" in row.value for rows in kept for row in rows)
