"""Whom SNS calls other services as."""

from portico.identity.principal import Principal, service

SNS = "sns.amazonaws.com"


def principal_of(topic: str, account: str) -> Principal:
    """The service principal, acting for a topic (an ARN) of an account."""
    return service(SNS, source_arn=topic, source_account=account)
