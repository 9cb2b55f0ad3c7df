"""Variables of functions under a key of their owner's own: opened when an environment is started, as the function's role.

The role needs no permission of its own: who has set the key has granted it this much (`services/lambda_/own_keys`), for this function's
encryption context. A key that can't be used keeps environments from starting; those that run have their variables.

Source: Lambda Developer Guide, "Securing Lambda environment variables"; API reference, Invoke (KMS errors, 502); the words that
users have reported.
"""

import base64
from collections.abc import Callable

import msgspec

from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.environments.work import EnvironmentSpec, PreparationFailed
from portico.identity.principal import Principal
from portico.wire.errors import AwsError

_UNABLE = "Lambda was unable to decrypt the environment variables because"
_CHECK = "Please check the function's KMS key settings."
_DENIED = ("KMSAccessDeniedException", f"{_UNABLE} KMS access was denied. {_CHECK}")
_BY_CODE = {
    "DisabledException": ("KMSDisabledException", f"{_UNABLE} the KMS key used is disabled. {_CHECK}"),
    "KMSInvalidStateException": (
        "KMSInvalidStateException",
        f"{_UNABLE} the state of the KMS key used is not valid for Decrypt. {_CHECK}",
    ),
    "NotFoundException": ("KMSNotFoundException", f"{_UNABLE} the KMS key was not found. {_CHECK}"),
}

CODES = (_DENIED[0], *(code for code, _ in _BY_CODE.values()))
"""The codes of the errors with which an environment is not started."""


def context_of(function_arn: str) -> dict[str, str]:
    """The encryption context of a function's variables; `function_arn` is the unqualified one."""
    return {"aws:lambda:FunctionArn": function_arn}


def failure(error: AwsError) -> tuple[str, str]:
    """Lambda's code and words for KMS's refusal to decrypt."""
    code, words = _BY_CODE.get(error.code, _DENIED)
    return code, f"{words} KMS Exception: {error.code} KMS Message: {error.message or ''}"


class SealedVariables:
    """Opens variables; `role` says whom an environment runs as."""

    __slots__ = ("_clients", "_role")

    def __init__(self, clients: Clients, role: Callable[[EnvironmentSpec], Principal | None]) -> None:
        self._clients = clients
        self._role = role

    async def opened(self, spec: EnvironmentSpec) -> dict[str, str]:
        """The variables.

        Raises:
            PreparationFailed: `CODES`; `AccessDeniedException`, Lambda may not become the role.
        """
        role = self._role(spec)
        if role is None:
            raise PreparationFailed(
                "AccessDeniedException", "The role defined for the function cannot be assumed by Lambda."
            )
        client = self._clients.of(role, Scope(spec.account, spec.region))
        try:
            answer = await client.call(
                "kms",
                "Decrypt",
                CiphertextBlob=base64.b64decode(spec.sealed_variables),
                EncryptionContext=context_of(spec.arn),
            )
        except AwsError as error:
            raise PreparationFailed(*failure(error)) from error
        return msgspec.json.decode(answer["Plaintext"], type=dict[str, str])
