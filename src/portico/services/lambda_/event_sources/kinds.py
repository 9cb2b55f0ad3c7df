"""The kinds of event sources, by the service in their ARN: a kind is a row."""

import msgspec

from portico.base.arn import parse as parse_arn
from portico.services.lambda_ import errors
from portico.services.lambda_.event_sources.source import Kind

NOT_HERE = {
    "kinesis": "Kinesis",
    "dynamodb": "DynamoDB",
    "kafka": "Managed Streaming for Apache Kafka",
    "mq": "MQ",
    "rds": "DocumentDB",
}
"""The sources that AWS has too, and their services' names."""


class Kinds(msgspec.Struct, frozen=True):
    """The kinds that are here."""

    by_service: dict[str, Kind]

    def of(self, arn: str) -> Kind:
        """The kind of a source.

        Raises:
            InvalidParameterValueException: the ARN is none, or one of a source that is not here.
        """
        parsed = parse_arn(arn)
        if parsed is None:
            raise errors.invalid("Unrecognized event source.")
        kind = self.by_service.get(parsed.service)
        if kind is None:
            if parsed.service in NOT_HERE:
                raise errors.invalid(
                    f"The event source {arn} is not supported: Portico has no {NOT_HERE[parsed.service]} yet."
                )
            raise errors.invalid("Unrecognized event source.")
        return kind
