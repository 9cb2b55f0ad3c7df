"""Trust policies: checked, and kept with their principals' unique ids (`calls/pinning`)."""

from portico.calls import pinning
from portico.calls.call import Call
from portico.services.iam import documents, errors


async def stored(call: Call, document: str, limit_bytes: int) -> str:
    """The trust policy as it is kept.

    Raises:
        AwsError: `MalformedPolicyDocument` (also for a user or role that does not exist), `LimitExceeded`.
    """
    documents.checked(document, "trust")
    if documents.size(document) > limit_bytes:
        raise errors.quota("ACLSizePerRole", limit_bytes)
    return await pinning.pinned(call, document, _invalid)


async def shown(call: Call, document: str) -> str:
    """The trust policy as it is answered, not yet percent-encoded."""
    return await pinning.shown(call, document)


def _invalid(principal: str) -> Exception:
    return errors.malformed(f'Invalid principal in policy: "AWS":"{principal}"')
