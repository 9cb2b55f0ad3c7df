"""Code signing configurations as they are stored, and what they demand of code.

Portico has no AWS Signer, and so no package that it could find signed by one of the allowed profiles: where a configuration enforces
signatures, nothing can be deployed. Source: API reference, CreateCodeSigningConfig; reported words.
"""

import msgspec

from portico.calls.call import Call
from portico.services.lambda_ import errors
from portico.store.table import Table
from portico.wire.errors import AwsError

ENFORCE = "Enforce"
WARN = "Warn"


class CodeSigningConfig(msgspec.Struct, frozen=True, gc=False):
    """`publishers` are ARNs of versions of signing profiles; `policy` is `Enforce` or `Warn`."""

    id: str
    account: str
    region: str
    publishers: tuple[str, ...]
    modified_at: float
    policy: str = WARN
    description: str = ""
    tags: dict[str, str] = {}

    @property
    def arn(self) -> str:
        """The configuration's ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account}:code-signing-config:{self.id}"


CONFIGS = Table("lambda.code_signing", CodeSigningConfig)  # account, region, id


def place_of(arn: str) -> tuple[str, str, str]:
    """The identifiers in a configuration's ARN, which the wire has checked."""
    *_, region, account, _, id = arn.split(":")
    return (account, region, id)


async def config_of(call: Call, arn: str) -> CodeSigningConfig:
    """The configuration.

    Raises:
        ResourceNotFoundException: there is none.
    """
    config = await call.tx.get(CONFIGS, *place_of(arn))
    if config is None:
        words = f"The Lambda code signing configuration {arn} can not be found."
        raise AwsError("ResourceNotFoundException", words, 404, fields={"Type": None})
    return config


async def require_config(call: Call, arn: str) -> CodeSigningConfig:
    """The configuration that a function is to have, one of the caller's account.

    Raises:
        CodeSigningConfigNotFoundException: there is none.
    """
    config = await call.tx.get(CONFIGS, *place_of(arn))
    if config is None or config.account != call.scope.account:
        raise errors.no_code_signing_config(arn)
    return config


async def require_trusted(call: Call, arn: str, function: str) -> None:
    """Refuse unsigned code or layers for `function`, whose configuration is `arn` ("" for none), where that enforces signatures.

    Raises:
        CodeVerificationFailedException: it does.
        CodeSigningConfigNotFoundException: there is no such configuration.
    """
    if arn and (await require_config(call, arn)).policy == ENFORCE:
        raise errors.unsigned(function)
