"""Sign-ins to a user pool by SRP, both calls over HTTP, and by password in the same run; and how long other calls wait meanwhile.

    python -m bench.sign_in [--seconds 5] [--clients 8] [--users 200]

Prints sign-ins per second and the median of one, their ratio, the median at one client, and the wait of a call of another kind beside them.
The clients compute their side of SRP on the same processors (with short exponents); every sign-in ends with tokens and is on disk.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import multiprocessing
import secrets
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import gmpy2

from bench.invoke import client, portico
from portico.services.cognito_idp.passwords import GENERATOR, PRIME, padded

_PASSWORD = "Passw0rd!x"
_TARGET = "AWSCognitoIdentityProviderService."
_INFO = b"Caldera Derived Key\x01"


class Target(NamedTuple):
    """A pool's users, and where they sign in."""

    url: str
    pool: str
    client: str
    users: int


class Found(NamedTuple):
    """Sign-ins per second, and the median of one, in milliseconds."""

    rate: float
    median_ms: float


class Caller:
    """One client of the pool, on a connection of its own."""

    def __init__(self, target: Target) -> None:
        self.target = target
        parts = urlsplit(target.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)

    def call(self, operation: str, **request: Any) -> Any:
        """Call an operation, unsigned."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": _TARGET + operation}
        self._connection.request("POST", "/", json.dumps(request), headers)
        answer = self._connection.getresponse()
        found = json.loads(answer.read())
        assert answer.status == 200, found
        return found

    def by_password(self, name: str) -> Any:
        """Sign in by sending the password."""
        given = {"USERNAME": name, "PASSWORD": _PASSWORD}
        flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.target.client, "AuthParameters": given}
        return self.call("InitiateAuth", **flow)

    def by_srp(self, name: str) -> Any:
        """Sign in by proving it."""
        a = secrets.randbits(256)
        public = int(gmpy2.powmod(GENERATOR, a, PRIME))
        given = {"USERNAME": name, "SRP_A": f"{public:x}"}
        flow = {"AuthFlow": "USER_SRP_AUTH", "ClientId": self.target.client, "AuthParameters": given}
        shown = self.call("InitiateAuth", **flow)["ChallengeParameters"]
        responses = _proof(self.target.pool.partition("_")[2], shown, a, public)
        verifier = {"ChallengeName": "PASSWORD_VERIFIER", "ClientId": self.target.client}
        return self.call("RespondToAuthChallenge", **verifier, ChallengeResponses=responses)


def _proof(group: str, shown: dict[str, str], a: int, public: int) -> dict[str, str]:
    name, server = shown["USER_ID_FOR_SRP"], int(shown["SRP_B"], 16)
    x = _number(padded(int(shown["SALT"], 16)), _digest(f"{group}{name}:{_PASSWORD}".encode()))
    u = _number(padded(public), padded(server))
    k = _number(padded(PRIME), padded(GENERATOR))
    base = (server - k * int(gmpy2.powmod(GENERATOR, x, PRIME))) % PRIME
    shared = int(gmpy2.powmod(base, a + u * x, PRIME))
    key = hmac.digest(hmac.digest(padded(u), padded(shared), "sha256"), _INFO, "sha256")[:16]
    now = datetime.now(UTC)
    when = f"{now:%a %b} {now.day} {now:%H:%M:%S} UTC {now:%Y}"
    words = group.encode() + name.encode() + base64.b64decode(shown["SECRET_BLOCK"]) + when.encode()
    return {
        "USERNAME": shown["USERNAME"],
        "PASSWORD_CLAIM_SECRET_BLOCK": shown["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, words, "sha256")).decode(),
        "TIMESTAMP": when,
    }


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _number(*parts: bytes) -> int:
    return int.from_bytes(_digest(*parts), "big")


def pool(url: str, users: int) -> Target:
    """A pool with so many users."""
    idp = client(url, "cognito-idp")
    pool_id: str = idp.create_user_pool(PoolName="bench")["UserPool"]["Id"]
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = idp.create_user_pool_client(UserPoolId=pool_id, ClientName="bench", ExplicitAuthFlows=flows)
    target = Target(url, pool_id, made["UserPoolClient"]["ClientId"], users)
    for number in range(users):
        idp.admin_create_user(UserPoolId=pool_id, Username=f"user{number}", MessageAction="SUPPRESS")
    with_passwords(idp, target)
    return target


def with_passwords(idp: Any, target: Target) -> None:
    """Give the users who will sign in their password."""
    for number in range(target.users):
        user = {"UserPoolId": target.pool, "Username": f"user{number}"}
        idp.admin_set_user_password(**user, Password=_PASSWORD, Permanent=True)


def _sign_in(target: Target, way: str, seconds: float, seed: int) -> list[float]:
    """Sign users in, one after the other; how long each took, in milliseconds."""
    caller, took, number = Caller(target), [], seed * 997
    sign_in: Callable[[str], Any] = getattr(caller, way)
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        number += 1
        assert "AuthenticationResult" in sign_in(f"user{number % target.users}")
        took.append((time.perf_counter() - start) * 1000)
    return took


def measured(target: Target, way: str, seconds: float, clients: int) -> Found:
    """Sign-ins by so many clients at once, in processes of their own."""
    with multiprocessing.Pool(clients) as workers:
        every = workers.starmap(_sign_in, [(target, way, seconds, seed) for seed in range(clients)])
    took = [each for one in every for each in one]
    return Found(len(took) / seconds, statistics.median(took))


def waits(target: Target, seconds: float, clients: int) -> list[float]:
    """How long calls that look a document up wait beside sign-ins, in milliseconds, sorted."""
    path = f"/{target.pool}/.well-known/openid-configuration"
    parts = urlsplit(target.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    found = []
    with multiprocessing.Pool(clients) as workers:
        running = workers.starmap_async(
            _sign_in, [(target, "by_srp", seconds, seed) for seed in range(clients)]
        )
        while not running.ready():
            start = time.perf_counter()
            connection.request("GET", path)
            connection.getresponse().read()
            found.append((time.perf_counter() - start) * 1000)
            running.wait(0.005)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--users", type=int, default=200)
    options = parser.parse_args()
    with portico() as url:
        target = pool(url, options.users)
        Caller(target).by_srp("user0")  # makes the pool's keys
        found = {
            way: measured(target, way, options.seconds, options.clients) for way in ("by_password", "by_srp")
        }
        for way, each in found.items():
            print(f"{way:<12}{each.rate:8,.0f} sign-ins/s, median {each.median_ms:6.1f} ms")
        print(f"by_srp is {found['by_srp'].rate / found['by_password'].rate:.2f} times by_password")
        alone = measured(target, "by_srp", options.seconds, 1)
        print(f"one client  {alone.rate:8,.0f} sign-ins/s, median {alone.median_ms:6.1f} ms")
        beside = waits(target, options.seconds, 2)
        middle, high = beside[len(beside) // 2], beside[int(len(beside) * 0.99)]
        print(f"a call beside two clients waits {middle:.1f} ms (median), {high:.1f} ms (p99)")


if __name__ == "__main__":
    main()
