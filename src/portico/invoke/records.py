"""Functions and their versions as they are stored. `services/lambda_` is their only writer.

Keys are (table, account, region, function name[, version]). This release has the version `$LATEST` only; published versions are
further rows of VERSIONS, aliases a table of their own.
"""

import msgspec

from portico.store.table import Table

LATEST = "$LATEST"


class Function(msgspec.Struct, frozen=True, gc=False):
    """What belongs to a function as a whole. `policies` are the resource policies' documents (JSON) by qualifier, "" for the
    unqualified one, `policy_revisions` their revision ids. The policies name users and roles by unique id; `principal_arns` is
    the ARN that each of these ids had when it was given. `reserved` is None for an unreserved function."""

    name: str
    account: str
    region: str
    created_at: float
    policies: dict[str, str] = {}
    policy_revisions: dict[str, str] = {}
    principal_arns: dict[str, str] = {}
    reserved: int | None = None
    tags: dict[str, str] = {}

    @property
    def arn(self) -> str:
        """The unqualified ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


class Version(msgspec.Struct, frozen=True, gc=False):
    """A version of a function: everything an environment is started from. Times are seconds on the `now` clock.

    `code_digest` is the blob of the zip (SHA-256, hex), `code_sha256` the same as AWS shows it (base64), `code_size` its bytes.
    `log_group` is empty for the default one; the log levels are empty unless `log_format` is `JSON`. `generation` grows with each
    change that needs new environments, and over the life of a name: a function made again gets other environments.
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
    tracing: str = "PassThrough"
    log_format: str = "Text"
    log_group: str = ""
    application_log_level: str = ""
    system_log_level: str = ""

    @property
    def arn(self) -> str:
        """The unqualified ARN of the function."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function}"


class AccountUsage(msgspec.Struct, frozen=True, gc=False):
    """What an account has set aside in a region: the sum of its functions' reserved concurrency."""

    reserved_total: int = 0


FUNCTIONS = Table("lambda.function", Function)  # account, region, name
VERSIONS = Table("lambda.version", Version)  # account, region, name, version
ACCOUNTS = Table("lambda.account", AccountUsage)  # account, region
