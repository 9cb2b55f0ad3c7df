"""The words of KMS's errors."""

from portico.wire.errors import AwsError


def no_key(arn: str) -> AwsError:
    """There is no such key, or it has been deleted."""
    return AwsError("NotFoundException", f"Key '{arn}' does not exist")


def no_alias(arn: str) -> AwsError:
    """There is no such alias."""
    return AwsError("NotFoundException", f"Alias {arn} is not found.")


def bad_key_id(given: str) -> AwsError:
    """What is given names neither a key nor an alias."""
    return AwsError("NotFoundException", f"Invalid keyId '{given}'")


def bad_arn(given: str) -> AwsError:
    """An ARN that is no key's or alias's, or one of another region."""
    return AwsError("NotFoundException", f"Invalid arn {given}")


def no_grant(grant_id: str) -> AwsError:
    """There is no such grant."""
    return AwsError("NotFoundException", f"Grant ID {grant_id} not found")


def no_policy(name: str) -> AwsError:
    """Keys have one policy only, `default`."""
    return AwsError("NotFoundException", f"No such policy exists: {name}")


def disabled(arn: str) -> AwsError:
    """The key is disabled."""
    return AwsError("DisabledException", f"{arn} is disabled.")


def pending_deletion(arn: str) -> AwsError:
    """The key waits for its deletion."""
    return AwsError("KMSInvalidStateException", f"{arn} is pending deletion.")


def not_pending(arn: str) -> AwsError:
    """The key's deletion is not planned, so that it can't be called off."""
    return AwsError("KMSInvalidStateException", f"{arn} is not pending deletion.")


def bad_ciphertext() -> AwsError:
    """No ciphertext of these keys, one that was changed, or one of another encryption context."""
    return AwsError("InvalidCiphertextException", None)


def wrong_key() -> AwsError:
    """The ciphertext is of another key than the one that is named."""
    return AwsError(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )


def alias_exists(arn: str) -> AwsError:
    """An alias of that name exists."""
    return AwsError("AlreadyExistsException", f"An alias with the name {arn} already exists")


def bad_alias(message: str) -> AwsError:
    """A name that no alias can have."""
    return AwsError("InvalidAliasNameException", message)


def reserved_alias() -> AwsError:
    """Names that begin with `alias/aws/` are AWS's own."""
    return AwsError("NotAuthorizedException", "")


def malformed_policy(message: str) -> AwsError:
    """No policy, or none that a key can have."""
    return AwsError("MalformedPolicyDocumentException", message)


def bad_grant_token() -> AwsError:
    """No grant token that was ever given out."""
    return AwsError("InvalidGrantTokenException", None)


def bad_grant_id() -> AwsError:
    """No grant of the key has that id."""
    return AwsError("InvalidGrantIdException", None)


def bad_principal(given: str) -> AwsError:
    """What is given as a grant's principal is none, or nobody."""
    return AwsError("InvalidArnException", f"ARN does not refer to a valid principal: {given}")


def no_aliases() -> AwsError:
    """The ARN of an alias, where a key's is asked for."""
    return AwsError("InvalidArnException", "Key Aliases are not supported for this operation.")


def bad_marker() -> AwsError:
    """No marker of ours."""
    return AwsError("InvalidMarkerException", "Could not deserialize marker")


def dry_run() -> AwsError:
    """All is well, and nothing was done."""
    return AwsError(
        "DryRunOperationException", "The request would have succeeded, but the DryRun option is set.", 412
    )


def invalid(message: str) -> AwsError:
    """A parameter can't be used."""
    return AwsError("ValidationException", message)


def too_many(message: str) -> AwsError:
    """More of something than there may be."""
    return AwsError("LimitExceededException", message)


def bad_tag(message: str) -> AwsError:
    """A tag that can't be set."""
    return AwsError("TagException", message)


def unavailable(operation: str, what: str) -> AwsError:
    """501: something of KMS that Portico does not have, named rather than ignored."""
    return AwsError("NotImplemented", f"Portico does not implement {what} of kms:{operation} yet", 501)
