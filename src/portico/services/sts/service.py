"""What STS's operations depend on."""

import msgspec

from portico.calls.authorize import Authorizer
from portico.calls.ports import Ports
from portico.identity.sealing import Sealer
from portico.identity.sessions import Sessions
from portico.identity.tokens import Tokens


class Sts(msgspec.Struct, frozen=True, gc=False):
    """What each operation of STS gets as its first argument."""

    sessions: Sessions
    sealer: Sealer
    tokens: Tokens
    authorizer: Authorizer


def build(ports: Ports) -> Sts:
    """STS on these foundations; the extras `Sessions`, `Sealer`, `Tokens` and `Authorizer` are the identity layer's."""
    extras = ports.extras
    return Sts(extras["Sessions"], extras["Sealer"], extras["Tokens"], extras["Authorizer"])
