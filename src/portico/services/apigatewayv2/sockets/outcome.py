"""From what has happened on a connection to what its route's integration answers: the call, its timeout, and what is noted of it."""

import logging
from collections.abc import Mapping

from portico.base.clock import Clock
from portico.base.deadline import Deadline
from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.services.apigatewayv2.sockets.integrations.port import (
    TIMED_OUT,
    Answered,
    IntegrationFailed,
    IntegrationKind,
)
from portico.services.apigatewayv2.sockets.notes import Noted, Notes

log = logging.getLogger("portico.apigatewayv2")

_NOTHING = Answered(200)


class Integrations:
    """Asks the integrations of routes, by their kind (`AWS_PROXY`, ...)."""

    def __init__(self, kinds: Mapping[str, IntegrationKind], notes: Notes, clock: Clock) -> None:
        self._kinds = kinds
        self._notes = notes
        self._clock = clock

    async def answer(self, exchange: Exchange) -> Answered:
        """What the route's integration answers; a route without one answers nothing.

        Raises:
            IntegrationFailed: it has no answer.
        """
        self._notes.happened(exchange)
        integration = exchange.plan.integration
        if integration is None:
            self._notes.log(exchange, 200)
            self._notes.executions.answered(exchange, 200)
            return _NOTHING
        began = self._clock.monotonic()
        try:
            answered = await self._in_time(exchange, integration)
        except IntegrationFailed as failed:
            log.debug("%s: %s", exchange.arn, failed.why)
            noted = Noted(failed.status, self._since(began), failed.why)
            self._note(exchange, integration, noted, failed.message)
            self._notes.executions.failed(exchange, failed)
            raise
        self._note(exchange, integration, Noted(answered.status, self._since(began)), "")
        self._notes.executions.answered(exchange, answered.status)
        return answered

    async def _in_time(self, exchange: Exchange, integration: Integration) -> Answered:
        """The answer within the integration's timeout. A function that is late goes on alone."""
        try:
            with Deadline(integration.timeout_in_millis / 1000):
                return await self._kinds[integration.integration_type].answer(exchange, integration)
        except TimeoutError as error:
            why = f"no answer within {integration.timeout_in_millis} ms"
            raise IntegrationFailed(504, why, TIMED_OUT) from error

    def _note(self, exchange: Exchange, integration: Integration, noted: Noted, message: str) -> None:
        self._notes.integrated(exchange, noted, is_mock=integration.integration_type == "MOCK")
        self._notes.log(exchange, noted.status, noted, message)

    def _since(self, began: float) -> float:
        return (self._clock.monotonic() - began) * 1000
