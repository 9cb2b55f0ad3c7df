"""The words of SNS's errors."""

from portico.wire.errors import AwsError


def invalid(what: str) -> AwsError:
    """A parameter can't be used."""
    return AwsError("InvalidParameter", f"Invalid parameter: {what}")


def invalid_because(parameter: str, reason: str) -> AwsError:
    """A parameter can't be used, and why."""
    return invalid(f"{parameter} Reason: {reason}")


def refused_words(message: str) -> AwsError:
    """An InvalidParameter whose message has a form of its own."""
    return AwsError("InvalidParameter", message)


def invalid_value(message: str) -> AwsError:
    """A message attribute can't be used."""
    return AwsError("ParameterValueInvalid", message)


def no_topic() -> AwsError:
    """The topic does not exist."""
    return AwsError("NotFound", "Topic does not exist", 404)


def no_subscription() -> AwsError:
    """The subscription does not exist."""
    return AwsError("NotFound", "Subscription does not exist", 404)


def has_archive() -> AwsError:
    """The topic can't be deleted together with its archive."""
    return AwsError("InvalidState", "Invalid state: Cannot delete a topic with an ArchivePolicy")


def no_resource() -> AwsError:
    """What is to be tagged does not exist."""
    return AwsError("ResourceNotFound", "Resource does not exist", 404)


def not_authorized(message: str) -> AwsError:
    """The caller may not do this, whatever the policies say."""
    return AwsError("AuthorizationError", message, 403)


def filter_limit(message: str) -> AwsError:
    """More filter policies than a topic may have."""
    return AwsError("FilterPolicyLimitExceeded", message, 403)


def too_many_subscriptions(message: str) -> AwsError:
    """More subscriptions than a topic of its kind may have."""
    return AwsError("SubscriptionLimitExceeded", message, 403)


def too_many_tags() -> AwsError:
    """More than 50 tags."""
    return AwsError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")


def unavailable(what: str) -> AwsError:
    """501: something of SNS that Portico does not have."""
    return AwsError("NotImplemented", f"Portico does not implement {what}", 501)
