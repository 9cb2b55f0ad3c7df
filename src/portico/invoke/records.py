"""Functions and their versions as they are stored. `services/lambda_` is their only writer.

Keys are (table, account, region, function name[, version or alias]). `$LATEST` and the published versions are rows of VERSIONS.
"""

import msgspec

from portico.store.table import Table

LATEST = "$LATEST"


class Provisioned(msgspec.Struct, frozen=True, gc=False):
    """A provisioned concurrency configuration: `requested` environments of `version` are kept ready. The version is what the
    configuration's qualifier means now; an alias takes its configuration along. Time in seconds on the `now` clock."""

    version: str
    requested: int
    modified_at: float


class UsedLayer(msgspec.Struct, frozen=True, gc=False):
    """A layer version as a function uses it, kept with the function so that it goes on working when the layer version is deleted.

    `digest` is the blob of the zip, `size` its bytes, `unzipped` those of what is in it.
    """

    arn: str
    digest: str
    size: int
    unzipped: int


class Vpc(msgspec.Struct, frozen=True, gc=False):
    """Where the function would be attached. Stored and shown; there is no EC2 here to attach it to."""

    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    ipv6: bool = False


class ImageConfig(msgspec.Struct, frozen=True, gc=False):
    """What is started in a container image in place of what the image says; None for what it says itself."""

    entry_point: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    working_directory: str | None = None


class Durable(msgspec.Struct, frozen=True, gc=False):
    """How long a durable execution may take, and how long its history is kept."""

    execution_timeout_s: int
    retention_days: int


class Function(msgspec.Struct, frozen=True, gc=False):
    """What belongs to a function as a whole. `policies` are the resource policies' documents (JSON) by qualifier, "" for the
    unqualified one, `policy_revisions` their revision ids. The policies name users and roles by unique id; `principal_arns` is
    the ARN that each of these ids had when it was given. `reserved` is None for an unreserved function. `recursive_loop` is `Allow` or
    `Terminate`; `code_signing_arn` is that of its code signing configuration, or empty. `provisioned` is by qualifier;
    `published` tells what `$LATEST` was when it was last published (`services/lambda_/publish.py`)."""

    name: str
    account: str
    region: str
    created_at: float
    policies: dict[str, str] = {}
    policy_revisions: dict[str, str] = {}
    principal_arns: dict[str, str] = {}
    reserved: int | None = None
    tags: dict[str, str] = {}
    recursive_loop: str = "Terminate"
    code_signing_arn: str = ""
    provisioned: dict[str, Provisioned] = {}
    published: str = ""

    @property
    def arn(self) -> str:
        """The unqualified ARN."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


class Version(msgspec.Struct, frozen=True, gc=False):
    """A version of a function: everything an environment is started from. Times are seconds on the `now` clock.

    `code_digest` is the blob of the zip (SHA-256, hex), `code_sha256` the same as AWS shows it (base64), `code_size` its bytes.
    `log_group` is empty for the default one; the log levels are empty unless `log_format` is `JSON`. `generation` grows with each
    change that needs new environments, and over the life of a name: a function made again gets other environments. `layers` are in
    the order in which they are merged; `image_uri` is set instead of code for the package type `Image`. `vpc` is None until one
    was given. `variables` are None where there are none, and where `sealed_variables` are they, encrypted under the key `kms_key_arn`
    (base64). `runtime_update` (`Auto`, `FunctionUpdate`, `Manual`) and `runtime_version_arn` are stored and shown only.
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
    layers: tuple[UsedLayer, ...] = ()
    vpc: Vpc | None = None
    snap_start: bool = False
    dead_letter_arn: str = ""
    durable: Durable | None = None
    image_uri: str = ""
    image_config: ImageConfig | None = None
    runtime_update: str = "Auto"
    runtime_version_arn: str = ""
    kms_key_arn: str = ""
    sealed_variables: str = ""

    @property
    def arn(self) -> str:
        """The unqualified ARN of the function."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function}"


class Alias(msgspec.Struct, frozen=True, gc=False):
    """A name for a version. `weights` is the share (0 to 1) of the calls that goes to another version instead; at most one."""

    name: str
    version: str
    revision_id: str
    description: str = ""
    weights: dict[str, float] = {}


class Numbering(msgspec.Struct, frozen=True, gc=False):
    """The highest version number that a function's name has had. It outlives the function: numbers are never given twice."""

    last: int = 0


def digests_of(version: Version) -> tuple[str, ...]:
    """The blobs of a version's layers, in their order."""
    return tuple(layer.digest for layer in version.layers)


class AccountUsage(msgspec.Struct, frozen=True, gc=False):
    """What an account has set aside in a region: the sum of its functions' reserved concurrency, and the sum of the provisioned
    concurrency of those that have none reserved (a reserved function's is a part of its reservation)."""

    reserved_total: int = 0
    provisioned_total: int = 0


class EventInvoke(msgspec.Struct, frozen=True, gc=False):
    """How events of one qualifier (`$LATEST`, a version, an alias) are tried again, and where their records go. None is what was
    not said; the ages are in seconds, `modified_at` on the `now` clock."""

    qualifier: str
    modified_at: float
    retries: int | None = None
    age_max_s: int | None = None
    on_success: str = ""
    on_failure: str = ""


FUNCTIONS = Table("lambda.function", Function)  # account, region, name
VERSIONS = Table("lambda.version", Version)  # account, region, name, version
ALIASES = Table("lambda.alias", Alias)  # account, region, name, alias
NUMBERINGS = Table("lambda.numbering", Numbering)  # account, region, name
ACCOUNTS = Table("lambda.account", AccountUsage)  # account, region
EVENT_INVOKES = Table("lambda.event_invoke", EventInvoke)  # account, region, name, qualifier
