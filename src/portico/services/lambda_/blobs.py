"""Which stored bytes a version needs: its code and its layers are kept for as long as the version is."""

from portico.calls.call import Call
from portico.invoke.folders import folder_of
from portico.invoke.records import VERSIONS, Version


def hold(call: Call, version: Version, before: Version | None = None) -> None:
    """Keep what `version` needs, and let go of what the version in its place `before` needed and this one does not."""
    wanted, had = _digests(version), _digests(before)
    owner = _owner(version)
    for digest in had - wanted:
        call.tx.unrefer(digest, owner)
    for digest in wanted - had:
        call.tx.refer(digest, owner)


def release(call: Call, version: Version) -> None:
    """The version is deleted."""
    for digest in _digests(version):
        call.tx.unrefer(digest, _owner(version))


def _owner(version: Version) -> tuple[str | int | bytes, ...]:
    return VERSIONS.key(version.account, version.region, version.function, version.version)


def _digests(version: Version | None) -> set[str]:
    if version is None:
        return set()
    code = "" if folder_of(version.code_digest) else version.code_digest
    return {digest for digest in (code, *(layer.digest for layer in version.layers)) if digest}
