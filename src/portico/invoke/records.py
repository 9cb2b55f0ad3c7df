"""Functions and their versions as they are stored. `services/lambda_` is their only writer.

Keys are (table, account, region, function name[, version]). This release has the version `$LATEST` only; published versions are
further rows of VERSIONS, aliases a table of their own.
"""

import msgspec

from portico.store.table import Table

LATEST = "$LATEST"


class Function(msgspec.Struct, frozen=True, gc=False):
    """What belongs to a function as a whole. `policies` are the resource policies' documents (JSON) by qualifier, "" for the
    unqualified one, `policy_revisions` their revision ids. `reserved` is None for an unreserved function."""

    name: str
    account: str
    region: str
    created_at: float
    policies: dict[str, str] = {}
    policy_revisions: dict[str, str] = {}
    reserved: int | None = None
    tags: dict[str, str] = {}

    @property
    def arn(self) -> str:
        """The unqualified ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


class Version(msgspec.Struct, frozen=True, gc=False):
    """A version of a function: everything an environment is started from. Times are seconds on the `now` clock.

    `code_digest` is the blob of the zip (SHA-256, hex), `code_sha256` the same as AWS shows it (base64), `config` what was given
    in AWS's words and is only shown again (VpcConfig, TracingConfig, LoggingConfig, ...). `generation` grows with each
    change that needs new environments.
    """

    function: str
    account: str
    region: str
    version: str
    role: str
    runtime: str
    handler: str
    code_digest: str
    code_sha256: str
    code_size: int
    modified_at: float
    revision_id: str
    description: str = ""
    timeout_s: int = 3
    memory_mb: int = 128
    ephemeral_mb: int = 512
    package_type: str = "Zip"
    architecture: str = "x86_64"
    variables: dict[str, str] | None = None
    state: str = "Active"
    state_reason: str = ""
    state_reason_code: str = ""
    update_status: str = "Successful"
    update_reason: str = ""
    update_reason_code: str = ""
    generation: int = 1
    config: dict[str, object] = {}

    @property
    def arn(self) -> str:
        """The unqualified ARN of the function."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function}"


FUNCTIONS = Table("lambda.function", Function)  # account, region, name
VERSIONS = Table("lambda.version", Version)  # account, region, name, version
