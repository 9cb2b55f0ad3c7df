"""What a runtime and an extension may ask for, and when: two tables. Everything else is refused with `InvalidStateTransition`.

Source: the states of the Lambda runtime interface emulator (aws/aws-lambda-runtime-interface-emulator, lambda/core).
"""

from enum import StrEnum


class RuntimeState(StrEnum):
    """Where a runtime is, by AWS's names."""

    STARTED = "Started"
    INIT_ERROR = "InitError"
    RESTORING = "Restoring"
    READY = "Ready"  # it waits for an invocation
    RUNNING = "Running"  # it has one
    RESPONDING = "InvocationResponse"  # its answer is arriving
    RESPONDING_ERROR = "InvocationErrorResponse"
    RESPONSE_SENT = "ResponseSent"


class RuntimeEvent(StrEnum):
    """What a runtime asks for, by the name of the state that it means to reach; `DELIVERED` and `SENT` are ours."""

    NEXT = "Ready"
    INIT_ERROR = "InitError"
    RESTORE_NEXT = "RestoreReady"
    RESTORE_ERROR = "RestoreError"
    DELIVERED = "Running"
    RESPONSE = "InvocationResponse"
    ERROR = "InvocationErrorResponse"
    SENT = "ResponseSent"


RUNTIME: dict[tuple[RuntimeState, RuntimeEvent], RuntimeState] = {
    (RuntimeState.STARTED, RuntimeEvent.NEXT): RuntimeState.READY,
    (RuntimeState.STARTED, RuntimeEvent.INIT_ERROR): RuntimeState.INIT_ERROR,
    (RuntimeState.STARTED, RuntimeEvent.RESTORE_NEXT): RuntimeState.RESTORING,
    (RuntimeState.RESTORING, RuntimeEvent.NEXT): RuntimeState.READY,
    (RuntimeState.RESTORING, RuntimeEvent.RESTORE_ERROR): RuntimeState.INIT_ERROR,
    (RuntimeState.READY, RuntimeEvent.NEXT): RuntimeState.READY,  # a client that asks again
    (RuntimeState.READY, RuntimeEvent.DELIVERED): RuntimeState.RUNNING,
    (RuntimeState.RUNNING, RuntimeEvent.NEXT): RuntimeState.RUNNING,  # and gets the same invocation again
    (RuntimeState.RUNNING, RuntimeEvent.RESPONSE): RuntimeState.RESPONDING,
    (RuntimeState.RUNNING, RuntimeEvent.ERROR): RuntimeState.RESPONDING_ERROR,
    (RuntimeState.RESPONDING, RuntimeEvent.SENT): RuntimeState.RESPONSE_SENT,
    (RuntimeState.RESPONDING_ERROR, RuntimeEvent.SENT): RuntimeState.RESPONSE_SENT,
    (RuntimeState.RESPONSE_SENT, RuntimeEvent.NEXT): RuntimeState.READY,
}


class ExtensionState(StrEnum):
    """Where an extension is, by AWS's names."""

    STARTED = "Started"
    REGISTERED = "Registered"
    READY = "Ready"  # it waits for an event
    RUNNING = "Running"  # it has one
    INIT_ERROR = "InitError"
    EXIT_ERROR = "ExitError"


class ExtensionEvent(StrEnum):
    """What an extension asks for; `DELIVERED` is ours."""

    REGISTER = "Registered"
    NEXT = "Ready"
    DELIVERED = "Running"
    INIT_ERROR = "InitError"
    EXIT_ERROR = "ExitError"


EXTENSION: dict[tuple[ExtensionState, ExtensionEvent], ExtensionState] = {
    (ExtensionState.STARTED, ExtensionEvent.REGISTER): ExtensionState.REGISTERED,
    (ExtensionState.REGISTERED, ExtensionEvent.NEXT): ExtensionState.READY,
    (ExtensionState.REGISTERED, ExtensionEvent.INIT_ERROR): ExtensionState.INIT_ERROR,
    (ExtensionState.REGISTERED, ExtensionEvent.EXIT_ERROR): ExtensionState.EXIT_ERROR,
    (ExtensionState.READY, ExtensionEvent.NEXT): ExtensionState.READY,
    (ExtensionState.READY, ExtensionEvent.DELIVERED): ExtensionState.RUNNING,
    (ExtensionState.READY, ExtensionEvent.EXIT_ERROR): ExtensionState.EXIT_ERROR,
    (ExtensionState.RUNNING, ExtensionEvent.NEXT): ExtensionState.READY,
    (ExtensionState.RUNNING, ExtensionEvent.EXIT_ERROR): ExtensionState.EXIT_ERROR,
    (ExtensionState.INIT_ERROR, ExtensionEvent.INIT_ERROR): ExtensionState.INIT_ERROR,  # the first one counts
    (ExtensionState.EXIT_ERROR, ExtensionEvent.EXIT_ERROR): ExtensionState.EXIT_ERROR,
}


class NotAllowed(Exception):
    """The table has no such row; the message is AWS's."""


def runtime_after(state: RuntimeState, event: RuntimeEvent) -> RuntimeState:
    """The runtime's state after `event`.

    Raises:
        NotAllowed: it may not do that now.
    """
    following = RUNTIME.get((state, event))
    if following is None:
        raise NotAllowed(_words(state, event, "runtime"))
    return following


def extension_after(state: ExtensionState, event: ExtensionEvent, name: str) -> ExtensionState:
    """The state of the extension `name` after `event`.

    Raises:
        NotAllowed: it may not do that now.
    """
    following = EXTENSION.get((state, event))
    if following is None:
        raise NotAllowed(_words(state, event, f"extension {name}"))
    return following


def _words(state: StrEnum, event: StrEnum, thing: str) -> str:
    return (
        f"State transition from {state} to {event} failed for {thing}. Error: State transition is not allowed"
    )
