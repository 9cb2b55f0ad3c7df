"""The words of Lambda's errors, as AWS answers them (recorded, or from the API reference and the Developer Guide)."""

from portico.wire.errors import AwsError

_USER = {"Type": "User"}


def invalid(message: str) -> AwsError:
    """400 InvalidParameterValueException."""
    return AwsError("InvalidParameterValueException", message, 400, fields=_USER)


def too_few_unreserved(least: int) -> AwsError:
    """PutFunctionConcurrency would leave less than `least` to the functions without a reservation; AWS says no `Type` here."""
    return AwsError(
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        f"below its minimum value of [{least}].",
        fields={"Type": None},
    )


def code_storage_exceeded() -> AwsError:
    """The account has no room for more code in this region."""
    return AwsError("CodeStorageExceededException", "Code storage limit exceeded.", 400, fields=_USER)


def validation(value: object, member: str, constraint: str) -> AwsError:
    """400 ValidationException for what the model does not say: `constraint` as in `Member must ...`."""
    return AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}",
    )


def not_found(message: str) -> AwsError:
    """404 ResourceNotFoundException."""
    return AwsError("ResourceNotFoundException", message, 404, fields=_USER)


def function_not_found(arn: str) -> AwsError:
    """No function, or no such version of it, by the ARN that was asked for."""
    return not_found(f"Function not found: {arn}")


def no_function() -> AwsError:
    """No such function, version or alias to have an event invoke configuration."""
    return not_found("The function doesn't exist.")


def no_event_invoke_config(arn: str) -> AwsError:
    """The function has no event invoke configuration for this qualifier."""
    return not_found(f"The function {arn} doesn't have an EventInvokeConfig")


def bad_destination_config(on_success: str | None, on_failure: str | None) -> AwsError:
    """A destination is none of the kinds that there are."""

    def shown(kind: str, arn: str | None) -> str:
        return "null" if arn is None else f"{kind}(destination={arn})"

    return invalid(
        f"The provided destination config DestinationConfig(onSuccess={shown('OnSuccess', on_success)}, "
        f"onFailure={shown('OnFailure', on_failure)}) is invalid."
    )


def role_may_not(permission: str) -> AwsError:
    """The execution role lacks a permission (`SendMessage on SQS`) that a setting needs."""
    return invalid(f"The provided execution role does not have permissions to call {permission}")


def alias_not_found(arn: str) -> AwsError:
    """No such alias."""
    return not_found(f"Cannot find alias arn: {arn}")


def already_routed(version: str) -> AwsError:
    """An alias would send a share of its calls to the version that gets the others."""
    return invalid(
        f"Invalid function version {version}. "
        f"Function version {version} is already included in routing configuration."
    )


def latest_can_not_be_routed() -> AwsError:
    """An alias of `$LATEST` has no second version; AWS says no `Type` here."""
    return AwsError(
        "InvalidParameterValueException",
        "$LATEST is not supported for an alias pointing to more than 1 version",
        fields={"Type": None},
    )


def other_code(expected: str, actual: str) -> AwsError:
    """PublishVersion is told a digest that the code of `$LATEST` does not have."""
    return invalid(
        f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({actual}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )


def other_region(asked: str, here: str) -> AwsError:
    """The ARN is of another region than the endpoint."""
    return not_found(f"Functions from '{asked}' are not reachable in this region ('{here}')")


def no_policy() -> AwsError:
    """GetPolicy finds nothing."""
    return not_found("The resource you requested does not exist.")


def conflict(message: str) -> AwsError:
    """409 ResourceConflictException."""
    return AwsError("ResourceConflictException", message, 409, fields=_USER)


def function_exists(name: str) -> AwsError:
    """CreateFunction under a name that is taken."""
    return conflict(f"Function already exist: {name}")


def statement_exists(sid: str) -> AwsError:
    """A policy has a statement of this id."""
    return conflict(
        f"The statement id ({sid}) provided already exists. "
        "Please provide a new statement id, or remove the existing statement."
    )


def policy_too_long(size: int, limit: int) -> AwsError:
    """400 PolicyLengthExceededException."""
    words = f"The final policy size ({size}) is bigger than the limit ({limit})."
    return AwsError("PolicyLengthExceededException", words, fields=_USER)


def runtime_of_image() -> AwsError:
    """An image brings its own runtime, handler and libraries."""
    return invalid(
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
    )


def no_code_signing_config(arn: str) -> AwsError:
    """404 CodeSigningConfigNotFoundException."""
    words = (
        "The code signing configuration cannot be found. "
        f"Check that the provided configuration is not deleted: {arn}."
    )
    return AwsError("CodeSigningConfigNotFoundException", words, 404, fields=_USER)


def unsigned(function: str) -> AwsError:
    """400 CodeVerificationFailedException."""
    words = (
        "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is "
        f"not configured to accept. Check the provided signature for {function}."
    )
    return AwsError("CodeVerificationFailedException", words, 400, fields=_USER)


def update_in_progress(arn: str) -> AwsError:
    """Another update has not been applied yet."""
    return conflict(
        f"The operation cannot be performed at this time. An update is in progress for resource: {arn}"
    )


def in_state(state: str) -> AwsError:
    """The function can't be invoked or changed in this state."""
    return conflict(
        "The operation cannot be performed at this time. "
        f"The function is currently in the following state: {state}"
    )


def stale_revision(call: str) -> AwsError:
    """412: the given RevisionId is not the latest; `call` is what would have told it (`GetFunction/GetAlias`, `GetPolicy`)."""
    return AwsError(
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        f"Call the {call} API to retrieve the latest Revision Id",
        412,
        fields=_USER,
    )


def qualifier_mismatch() -> AwsError:
    """The name says one qualifier, the parameter another."""
    return invalid("The derived qualifier from the function name does not match the specified qualifier.")


def cannot_assume_role() -> AwsError:
    """The execution role is not there or does not trust Lambda."""
    return invalid("The role defined for the function cannot be assumed by Lambda.")


def cannot_unzip() -> AwsError:
    """The zip is broken, or holds what is not taken."""
    return invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")


def request_too_large(message: str) -> AwsError:
    """413 for a deployment package, or an event for later (the model has no shape for it, but AWS answers with this code)."""
    return AwsError("RequestEntityTooLargeException", message, 413)


def bad_payload(message: str) -> AwsError:
    """400 InvalidRequestContentException."""
    return AwsError("InvalidRequestContentException", message, 400, fields=_USER)


def over_budget(words: str, wait_s: int) -> AwsError:
    """429: a budget of Portico's is used up."""
    return AwsError(
        "TooManyRequestsException",
        words,
        429,
        fields={"Reason": "CallerRateLimitExceeded", "Type": "User", "retryAfterSeconds": str(wait_s)},
    )


def throttled(reason: str) -> AwsError:
    """429: no concurrency is left."""
    return AwsError(
        "TooManyRequestsException",
        "Rate Exceeded.",
        429,
        fields={"Reason": reason, "Type": "User", "retryAfterSeconds": "1"},
    )


def not_provisioned() -> AwsError:
    """404: the version or alias has no provisioned concurrency."""
    words = "No Provisioned Concurrency Config found for this function"
    return AwsError("ProvisionedConcurrencyConfigNotFoundException", words, 404, fields=_USER)


def already_provisioned() -> AwsError:
    """An alias would provision a version that has provisioned concurrency by another qualifier."""
    return conflict(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
    )


def provisioned_by_alias() -> AwsError:
    """A version would have provisioned concurrency that an alias of it has already."""
    return conflict("Version is pointed by a Provisioned Concurrency alias")


def over_reservation() -> AwsError:
    """Provisioned concurrency is a part of a function's reserved concurrency, where it has some."""
    return invalid(
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
    )


def under_provisioned(reserved: int, provisioned: int) -> AwsError:
    """A reservation that does not hold what the function has provisioned."""
    return invalid(
        f"ReservedConcurrentExecutions  {reserved} should not be lower than function's total provisioned concurrency "
        f"[{provisioned}]."
    )


def over_unreserved(left: int) -> AwsError:
    """PutProvisionedConcurrencyConfig wants more than the account has; AWS says no `Type` here."""
    return AwsError(
        "InvalidParameterValueException",
        f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{left}].",
        fields={"Type": None},
    )


def too_few_left(least: int) -> AwsError:
    """PutProvisionedConcurrencyConfig would leave less than `least` to the others; AWS says no `Type` here."""
    return AwsError(
        "InvalidParameterValueException",
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
        f"minimum value of [{least}].",
        fields={"Type": None},
    )


def withdrawn_runtime(runtime: str) -> AwsError:
    """AWS no longer does this with functions of the runtime."""
    return invalid(
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
        "We recommend you use a supported runtime while creating or updating functions."
    )


def unavailable(member: str) -> AwsError:
    """A parameter of AWS's that Portico does not have yet: refused by its name rather than stored and ignored."""
    return invalid(f"The parameter {member} is not supported by Portico yet.")
