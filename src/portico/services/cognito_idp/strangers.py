"""Names that nobody has are limited as those of users are, or the limit would tell them apart. Counted in memory: a restart may forget
them."""

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.codes import HOUR_S, PER_HOUR
from portico.services.cognito_idp.records import Attempts, Pool
from portico.services.cognito_idp.service import CognitoIdp

_NAMES_MAX = 10_000


def count(idp: CognitoIdp, call: Call, pool: Pool, name: str, what: str) -> None:
    """As `codes.count`.

    Raises:
        AwsError: LimitExceededException.
    """
    key = (pool.id, pool.folded(name), what)
    before = idp.strangers.pop(key, Attempts())
    if call.now - before.since >= HOUR_S:
        before = Attempts(since=call.now)
    limit = PER_HOUR[what]
    if len(idp.strangers) >= _NAMES_MAX:
        del idp.strangers[next(iter(idp.strangers))]
    idp.strangers[key] = Attempts(min(before.count + 1, limit), before.since, call.now)
    if before.count >= limit:
        raise errors.limit_exceeded()
