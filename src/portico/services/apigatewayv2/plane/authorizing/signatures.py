"""IAM authorization: a caller who signs, and whose own policies allow to invoke the route.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with IAM authorization"; Service Authorization Reference, "Amazon
API Gateway" (execute-api).
"""

import re
from typing import Any

from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.operation import Check
from portico.doors.callers import Callers
from portico.doors.paths import BadPath, normal
from portico.identity.principal import Principal
from portico.services.apigatewayv2.plane import replies
from portico.services.apigatewayv2.plane.asked import Allowed, Asked
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

_dots = re.compile(r"/\.{1,2}(?:/|%2F|$)").search
INVOKE = "execute-api:Invoke"
_SERVICE = "execute-api"


class Signatures:
    """Admits who signs for `execute-api` and may invoke the route."""

    __slots__ = ("_authorizer", "_cache", "_callers")

    def __init__(self, callers: Callers, authorizer: Authorizer, cache: RecordCache) -> None:
        self._callers = callers
        self._authorizer = authorizer
        self._cache = cache

    def admitted(self, asked: Asked) -> tuple[Allowed, bytes]:
        """The caller, as their signature tells, and the body as it was meant.

        Raises:
            Refusal: 403, the request is not signed, or not so that it is accepted, or the caller's policies don't allow it.
        """
        try:
            caller = self._callers.of(asked.arrival, _SERVICE)
            if caller.claim is None or caller.region != asked.stage.region:
                raise replies.forbidden("the request is not signed for this API")
            body = self._callers.body(caller, asked.arrival, asked.body)
            self._check(asked, caller.principal)
        except AwsError as error:
            raise replies.forbidden(str(error)) from error
        event = {"iam": shown(caller.principal)}
        return Allowed(event, {}, caller.principal), body

    def _check(self, asked: Asked, principal: Principal) -> None:
        arrival, stage = asked.arrival, asked.stage
        origin = Origin(
            principal,
            Scope(stage.account, stage.region),
            asked.request_id,
            arrival.peer.host,
            arrival.peer.secure,
            arrival.head.header("user-agent"),
        )
        call = Call(origin, _SERVICE, "Invoke", Transaction(self._cache), arrival.at)
        self._authorizer.check("rest-json", call, Check(INVOKE, invoked_arn(asked)))


def invoked_arn(asked: Asked) -> str:
    """The ARN of what a request invokes: the method and the path that it is for, in the one form that all its spellings have, not as the
    route has it. A path with dot segments is more than one resource, depending on who reads it, so nobody is authorized for any of them.

    Raises:
        Refusal: 403, the path has dot segments, or is none.
    """
    try:
        path = normal(asked.route_path)
    except BadPath as error:
        raise replies.forbidden(str(error)) from error
    if _dots(path):
        raise replies.forbidden("the path has dot segments")
    return f"{asked.plan.arn}/{asked.arrival.head.method}{path}"


def shown(principal: Principal) -> dict[str, Any]:
    """The caller as format 2.0 shows one who has signed."""
    cognito = principal.cognito
    identity = None
    if cognito is not None:
        identity = {
            "amr": list(cognito.amr),
            "identityId": cognito.identity_id,
            "identityPoolId": cognito.pool_id,
        }
    return {
        "accessKey": principal.access_key_id,
        "accountId": principal.account,
        "callerId": principal.user_id,
        "cognitoIdentity": identity,
        "principalOrgId": None,
        "userArn": principal.arn,
        "userId": principal.user_id,
    }
