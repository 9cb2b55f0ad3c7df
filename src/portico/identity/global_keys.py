"""The global condition keys of a request, `aws:...`, as policies see them.

Source: IAM User Guide, "AWS global condition context keys"; "Policy variables" for the values by kind of caller.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from portico.identity.policy.variables import Context, Value
from portico.identity.principal import Principal, Session

Tags = Sequence[tuple[str, str]]
_Draft = dict[str, Value | Callable[[], Value | None]]

_TYPES = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated": "FederatedUser",
    "anonymous": "Anonymous",
}


def global_context(
    principal: Principal,
    *,
    now: float,
    source_ip: str = "",
    secure: bool = False,
    user_agent: str = "",
    region: str = "",
    resource_account: str = "",
    principal_tags: Tags = (),
    resource_tags: Tags = (),
    request_tags: Tags = (),
    extra: Mapping[str, Value | Callable[[], Value | None]] | None = None,
) -> Context:
    """The condition values of a request by lower-case key; costly ones are made when asked for.

    `now` is in seconds since the epoch. `principal_tags` are the caller's (`applicable.principal_tags`), `resource_tags` the
    resource's, `request_tags` those that the request would set. `extra` are the service's own keys, in any case.
    """
    context: _Draft = {
        "aws:currenttime": lambda: _timestamp(now),
        "aws:epochtime": lambda: str(int(now)),
        "aws:requestedregion": region,
        "aws:securetransport": "true" if secure else "false",
        "aws:useragent": user_agent,
        "aws:viaawsservice": "false",
        "aws:userid": principal.user_id,
    }
    if source_ip:
        context["aws:sourceip"] = source_ip
    if resource_account:
        context["aws:resourceaccount"] = resource_account
    if principal.kind == "service":
        _add_service(context, principal)
    else:
        _add_caller(context, principal)
    if principal.session is not None:
        _add_session(context, principal.session, now)
    for prefix, tags in (
        ("aws:principaltag/", principal_tags),
        ("aws:resourcetag/", resource_tags),
        ("aws:requesttag/", request_tags),
    ):
        for key, value in tags:
            context[prefix + key.lower()] = value
    if request_tags:
        context["aws:tagkeys"] = tuple(key for key, _ in request_tags)
    for key, given in (extra or {}).items():
        context[key.lower()] = given
    return context


def _add_service(context: _Draft, principal: Principal) -> None:
    context["aws:principalisawsservice"] = "true"
    context["aws:principalservicename"] = principal.name
    context["aws:principalservicenameslist"] = (principal.name,)
    if principal.source_arn:
        context["aws:sourcearn"] = principal.source_arn
    if principal.source_account:
        context["aws:sourceaccount"] = principal.source_account


def _add_caller(context: _Draft, principal: Principal) -> None:
    context["aws:principaltype"] = _TYPES[principal.kind]
    if principal.kind == "anonymous":
        return
    context["aws:principalisawsservice"] = "false"
    if principal.account:
        context["aws:principalarn"] = principal.principal_arn
        context["aws:principalaccount"] = principal.account
    if principal.kind == "user":
        context["aws:username"] = principal.name


def _add_session(context: _Draft, session: Session, now: float) -> None:
    context["aws:tokenissuetime"] = lambda: _timestamp(session.issued_at)
    context["aws:multifactorauthpresent"] = "true" if session.mfa else "false"
    if session.mfa:
        context["aws:multifactorauthage"] = str(max(0, int(now - session.issued_at)))
    if session.source_identity:
        context["aws:sourceidentity"] = session.source_identity
    if session.federated_provider:
        context["aws:federatedprovider"] = session.federated_provider
    for key, value in session.token_keys:
        lowered = key.lower()
        if lowered.endswith(":amr"):  # the one claim with many values
            before = context.get(lowered, ())
            context[lowered] = (*(before if isinstance(before, tuple) else ()), value)
        else:
            context[lowered] = value


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
