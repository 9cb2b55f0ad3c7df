"""What is behind VPC links: there is no VPC here, so the operator says where an account's load balancers and Cloud Map services are.

The setting `vpc_targets` says it, `ARN=URL` for each; a service of Cloud Map is meant whatever attributes of its instances are asked for.

Source: API Gateway Developer Guide, "Create private integrations for HTTP APIs", "Private integrations for REST APIs".
"""

from portico.base.arn import parse


class VpcTargets:
    """Finds them. `setting` is `vpc_targets`."""

    __slots__ = ("_urls",)

    def __init__(self, setting: str) -> None:
        pairs = (part.strip().partition("=http") for part in setting.split(","))
        self._urls = {arn: f"http{rest}".rstrip("/") for arn, _, rest in pairs if arn}

    def find(self, uri: str, account: str) -> str | None:
        """The URL of what an ARN names for an API of `account`, without a path; None if there is none that is the account's."""
        arn = uri.partition("?")[0]
        parts = parse(arn)
        return self._urls.get(arn) if parts is not None and parts.account == account else None
