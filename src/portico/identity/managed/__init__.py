"""The AWS-managed policies that ship with Portico: AWS's own documents, as data.

`policies.json` has per policy its name, path, default version, dates and document, taken from AWS's published policies.
"""

import base64
import functools
import hashlib
import importlib.resources

import msgspec


class AwsManaged(msgspec.Struct, frozen=True, gc=False):
    """An AWS-managed policy. `document` is the default version's; times are seconds since the epoch."""

    name: str
    path: str
    default_version: str
    created_at: float
    updated_at: float
    document: str
    description: str = ""

    @property
    def arn(self) -> str:
        """`arn:aws:iam::aws:policy/PATH/N`."""
        return f"arn:aws:iam::aws:policy{self.path}{self.name}"

    @property
    def unique_id(self) -> str:
        """An id of AWS's form (`ANPA...`), the same on every server: made from the ARN, for AWS publishes no list of them."""
        return "ANPA" + base64.b32encode(hashlib.sha256(self.arn.encode()).digest()).decode()[:17]


def managed_policy(arn: str) -> str | None:
    """The document of the AWS-managed policy `arn`, or None if Portico has none of that name."""
    found = _by_arn().get(arn)
    return None if found is None else found.document


def find_managed(arn: str) -> AwsManaged | None:
    """The AWS-managed policy `arn`, or None."""
    return _by_arn().get(arn)


def all_managed() -> tuple[AwsManaged, ...]:
    """Every one of them, by name."""
    return tuple(_by_arn().values())


@functools.cache
def _by_arn() -> dict[str, AwsManaged]:
    text = importlib.resources.files(__name__).joinpath("policies.json").read_bytes()
    policies = msgspec.json.decode(text, type=list[AwsManaged])
    return {policy.arn: policy for policy in policies}
