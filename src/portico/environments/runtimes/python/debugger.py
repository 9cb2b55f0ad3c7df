"""Waits for a debugger (any that speaks the Debug Adapter Protocol) before the function's code is loaded."""

from __future__ import annotations

import importlib
import socket

from . import sdk
from .faults import Fault

VARIABLE = "PORTICO_DEBUG_PORT"  # which the function does not get to see


def wait(port: str) -> None:
    """Listen on `port` and return once a debugger is attached.

    Raises:
        Fault: debugpy is not installed beside Portico, or the port is taken.
    """
    sdk.admit("debugpy")
    address = ("127.0.0.1", int(port))
    try:
        debugpy = importlib.import_module("debugpy")
        _claim(address)  # debugpy does not say itself that somebody else is there
    except ImportError:
        raise Fault("Runtime.NoDebugger", "debugpy is not installed beside Portico") from None
    except OSError as error:
        raise Fault("Runtime.NoDebugger", f"The debugger can't listen on port {port}: {error}") from None
    # In this process: an adapter of its own would be one more program to let into the sandbox.
    debugpy.listen(address, in_process_debug_adapter=True)
    debugpy.wait_for_client()


def _claim(address: tuple[str, int]) -> None:
    """Raise OSError if somebody else listens at `address`. Nobody can connect to what only is bound: an editor that tries until it is let
    in must not meet this."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
