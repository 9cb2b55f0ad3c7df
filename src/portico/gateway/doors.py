"""Requests for the front doors, told from those for the control plane by Host and path before any rule of the control plane applies."""

import logging
from collections.abc import Awaitable

import msgspec

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.doors import address as addresses
from portico.doors.address import Address
from portico.doors.domains import known_name
from portico.doors.port import Arrival, Doors
from portico.doors.records import API_POINTERS, DOMAIN_POINTERS
from portico.gateway.body import Body
from portico.gateway.hosts import Hosts, host_name
from portico.gateway.reply import refusal
from portico.gateway.traffic import Handler
from portico.store.cache import RecordCache
from portico.wire.errors import AwsError, internal
from portico.wire.http import Answer, Head, Peer, Reply
from portico.wire.model import error_reply

log = logging.getLogger("portico.gateway")

_PLAIN_MAX = 1_024
_NO_ORIGIN = (("Content-Security-Policy", "sandbox allow-scripts allow-forms"),)


class Front:
    """A handler: front doors here, everything else to `control`.

    A name of a front door must be below one of ours (`hosts`), or be a custom domain; a page that resolves its own name to this machine
    reaches neither. What a function answers below the control plane's names gets no origin there.
    """

    def __init__(
        self, control: Handler, doors: Doors, *, cache: RecordCache, hosts: Hosts, clock: Clock
    ) -> None:
        self._control = control
        self._doors = doors
        self._cache = cache
        self._hosts = hosts
        self._clock = clock
        self._plain: dict[str, str] = {}  # Host headers that are no door's by their form, and their names
        self._controls: set[str] = set()  # those of them that no custom domain can take
        self._named: dict[
            str, tuple[Address, str]
        ] = {}  # those that are one's: addresses without path, and names

    def __call__(self, head: Head, body: Body, peer: Peer) -> Awaitable[Answer]:
        """The reply to a request."""
        found = self._address(head)
        if found is None:
            return self._control(head, body, peer)
        address, name = found
        arrival = Arrival(head, body, peer, address, name, new_request_id(), self._clock.now())
        return self._answered(arrival)

    def _address(self, head: Head) -> tuple[Address, str] | None:
        host = head.header("host")
        named = self._named.get(host)
        if named is not None:
            return Address(named[0].kind, named[0].id, head.path or "/", region=named[0].region), named[1]
        name = self._plain.get(host)
        if name is None:
            name = host_name(host)
            if name is None:
                return None
            address = addresses.of_host(name, head.path)
            if address is not None and self._hosts.admits(host):
                if len(self._named) >= _PLAIN_MAX:
                    self._named.clear()
                self._named[host] = (address, name)
                return address, name
            if len(self._plain) >= _PLAIN_MAX:
                self._plain.clear()
                self._controls.clear()
            self._plain[host] = name
            if self._hosts.is_controls(name):
                self._controls.add(host)
        domain = None if host in self._controls else known_name(self._cache, name)
        if domain is not None:
            return Address("domain", domain, head.path), name
        address = addresses.of_path(head.path)
        return None if address is None or not self._hosts.admits(host) else (address, name)

    async def _answered(self, arrival: Arrival) -> Answer:
        address = arrival.address
        door = self._doors.find(self._kind(address))
        reply: Answer
        try:
            if door is None:
                return _nothing()
            reply = await door(arrival)
        except AwsError as error:
            reply = error_reply("rest-json", error, arrival.request_id)
        except Exception:
            log.exception(
                "%s %s%s failed (request %s)",
                arrival.head.method,
                arrival.host,
                arrival.head.path,
                arrival.request_id,
            )
            reply = error_reply("rest-json", internal(), arrival.request_id)
        return _without_origin(reply) if address.shared else reply

    def _kind(self, address: Address) -> str:
        if address.kind == "api":
            pointer = self._cache.peek(API_POINTERS, address.id)
            return "" if pointer is None else pointer.value.kind
        if address.kind == "domain":
            domain = self._cache.peek(DOMAIN_POINTERS, address.id)
            return "domain" if domain is None or domain.value.kind == "api" else domain.value.kind
        return address.kind


def _without_origin(reply: Answer) -> Answer:
    return msgspec.structs.replace(reply, headers=reply.headers + _NO_ORIGIN)


def _nothing() -> Reply:
    """What AWS's front ends say at an address that is nobody's."""
    return refusal(AwsError("ForbiddenException", "Forbidden", 403))
