"""Callers who sign (`AWS_IAM`): who they are, and whether identity policies and the API's resource policy let them.

Source: API Gateway Developer Guide, "Control access to a REST API with IAM permissions"; answers seen.
"""

from collections.abc import Mapping

import msgspec

from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.decisions import Verdict
from portico.calls.operation import Check
from portico.doors.authorizer_policy import INVOKE
from portico.doors.callers import Callers
from portico.doors.port import Arrival
from portico.doors.resource_policy import words
from portico.identity.principal import Principal
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError

SIGNING_NAME = "execute-api"

_REFUSED: Mapping[str, str] = {
    "MissingAuthenticationTokenException": "MISSING_AUTHENTICATION_TOKEN",
    "IncompleteSignatureException": "MISSING_AUTHENTICATION_TOKEN",
    "UnrecognizedClientException": "ACCESS_DENIED",
    "ExpiredTokenException": "EXPIRED_TOKEN",
    "InvalidSignatureException": "INVALID_SIGNATURE",
}


class Target(msgspec.Struct, frozen=True, gc=False):
    """What is to be invoked: the method's ARN with the path that was asked for, in an API of an account and region whose resource policy
    is `policy` (a document, or None). `keys` are condition values beside the global ones."""

    arn: str
    account: str
    region: str
    policy: str | None
    keys: Mapping[str, str] = {}


class Signatures:
    """Authenticates and authorises signed requests; asks the resource policy for those that need no signature."""

    __slots__ = ("_authorizer", "_cache", "_callers")

    def __init__(self, callers: Callers, authorizer: Authorizer, cache: RecordCache) -> None:
        self._callers = callers
        self._authorizer = authorizer
        self._cache = cache

    def caller(self, arrival: Arrival, region: str, body: bytes) -> Principal:
        """Who has signed a request to an API in `region`.

        Raises:
            GatewayRefusal: nobody, or the signature is not accepted.
        """
        try:
            found = self._callers.of(arrival, SIGNING_NAME)
            if found.claim is None:
                raise GatewayRefusal("MISSING_AUTHENTICATION_TOKEN")
            if found.region != region:
                message = f"Credential should be scoped to a valid region, not '{found.region}'. "
                raise GatewayRefusal("INVALID_SIGNATURE", message)
            self._callers.body(found, arrival, body)
        except AwsError as error:
            kind = _REFUSED.get(error.code, "ACCESS_DENIED")
            raise GatewayRefusal(kind, error.message, error_type=error.code) from error
        return msgspec.structs.replace(found.principal, access_key_id=found.claim.key_id)

    def nowhere(self, arrival: Arrival, region: str) -> GatewayRefusal:
        """What a request is told for which there is no method: what is wrong with its signature, if it has one, else that it has none."""
        if arrival.head.values.get("authorization"):
            try:
                self.caller(arrival, region, b"")
            except GatewayRefusal as refusal:
                if refusal.error_type == "IncompleteSignatureException":
                    return refusal
        return GatewayRefusal("MISSING_AUTHENTICATION_TOKEN")

    def require(
        self, arrival: Arrival, caller: Principal, target: Target, known: RequestContext | None = None
    ) -> None:
        """Let `caller` pass who may invoke the target; nobody in particular (`ANONYMOUS`) may what the resource policy lets anybody.

        Raises:
            GatewayRefusal: ACCESS_DENIED; `known` is what is known of the caller.
        """
        message = self.refusal(arrival, caller, target, INVOKE)
        if message:
            raise GatewayRefusal("ACCESS_DENIED", message, known=known)

    def note(self, arrival: Arrival, caller: str, target: Target, message: str, why: str) -> None:
        """Note a refusal that another has decided on: for `portico explain`."""
        self._authorizer.note(
            Verdict(arrival.request_id, arrival.at, caller, INVOKE, target.arn, False, message, (why,))
        )

    def refusal(self, arrival: Arrival, caller: Principal, target: Target, action: str) -> str:
        """Why `caller` may not do `action`, in API Gateway's words; "" if it may."""
        scope = Scope(caller.account or target.account, target.region)
        origin = Origin(
            caller,
            scope,
            arrival.request_id,
            arrival.peer.host,
            arrival.peer.secure,
            arrival.head.header("user-agent"),
        )
        call = Call(origin, SIGNING_NAME, "Invoke", Transaction(self._cache), arrival.at)
        decision, _ = self._authorizer.judge(call, Check(action, target.arn, target.keys, target.policy))
        if decision.allowed or not self._authorizer.enforces:
            return ""
        return words(decision, caller, action, target.arn)
