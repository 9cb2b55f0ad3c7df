"""The runtime's loop: configure, import the handler, answer events until the server closes the channel."""

from __future__ import annotations

import gc
import importlib
import importlib.machinery
import json
import os
import sys
import time
import types
from collections.abc import Callable

from . import debugger, faults, frames, logs, snapshot
from .context import CognitoIdentity, LambdaContext, parse_client_context, surroundings
from .faults import Fault
from .marshalling import Marshaller, unmarshal
from .trace import TraceVariable

_RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100  # the Runtime API's cap
_TIME_ZONE = ":UTC"  # of every function that does not ask for another
_Handler = Callable[[object, LambdaContext], object]


def main(channel_fd: int, copy: Callable[[int], int]) -> None:
    """Serve one environment in this process, which has just been forked for it. Returns when the server is gone.

    `copy` makes copies of this process when the server asks for them, and returns in a copy only: the descriptor of its channel.

    `SystemExit` and other exits of the function's pass through, so that the process ends as the function wanted.
    """
    _stand_back()
    channel = frames.Channel(channel_fd)
    try:
        configuration = channel.configuration()
    except EOFError:
        return
    debug_port = configuration["variables"].pop(debugger.VARIABLE, "")
    _settle(configuration["code_dir"], configuration["variables"])
    if configuration["snapshot"]:
        snapshot.keep_free(channel_fd + 1)
    runtime = _Runtime(channel, configuration["code_dir"])
    name = os.environ.get("_HANDLER", "")
    handler = runtime.initialise(name, debug_port, to_be_copied=configuration["snapshot"])
    if handler is None:
        sys.exit(1)
    if configuration["snapshot"]:
        runtime.be_copied(copy)
    while runtime.serve_one(handler):
        pass


def find_handler(name: str) -> _Handler:
    """Import what `module.function` names; slashes and dots in the module part are packages.

    Raises:
        Fault: as AWS names what is wrong. What the module raises while it is imported comes through.
    """
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        reason = "not enough values to unpack (expected 2, got 1)"
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {reason}")
    if module_name.split(".")[0] in sys.builtin_module_names:
        words = f"Cannot use built-in module {module_name} as a handler module"
        raise Fault("Runtime.BuiltInModuleConflict", words)
    module = _import(module_name)
    try:
        found: _Handler = getattr(module, function_name)
    except AttributeError:
        words = f"Handler '{function_name}' missing on module '{module_name}'"
        raise Fault("Runtime.HandlerNotFound", words) from None
    return found


class _Runtime:
    """One environment's state between its events."""

    def __init__(self, channel: frames.Channel, code_dir: str) -> None:
        self._channel = channel
        self._code_dir = code_dir
        self._log_handler = logs.set_up()
        self._log_pipe = logs.Pipe()
        self._marshaller = Marshaller()
        self._surroundings = surroundings()
        self._trace = TraceVariable()

    def initialise(self, name: str, debug_port: str, *, to_be_copied: bool) -> _Handler | None:
        """The init phase: the handler, or None once its failure has been reported."""
        try:
            if debug_port:
                debugger.wait(debug_port)
            handler = find_handler(name)
            if to_be_copied:
                snapshot.before()
                snapshot.close_idle()
        except Exception as error:
            self._fail(frames.INIT_ERROR, "", error)
            return None
        logs.flush()
        self._channel.send(frames.READY, "", self._obstacle() if to_be_copied else b"")
        return handler

    def _obstacle(self) -> bytes:
        found = snapshot.obstacle(self._channel.fileno()).encode()
        if not found:
            gc.collect()
            gc.freeze()
        return found

    def be_copied(self, copy: Callable[[int], int]) -> None:
        """Go on as a copy of this process, which is over the init phase; the original stays in here until it is ended."""
        channel_fd = copy(self._channel.detach())
        self._channel = frames.Channel(channel_fd)
        try:
            self._log_pipe.renew()
            self._restore(self._channel.configuration()["variables"])
        except EOFError:
            os._exit(0)
        except Exception as error:
            self._fail(frames.INIT_ERROR, "", error)
            sys.exit(1)
        logs.flush()
        self._channel.send(frames.READY, "", b"")

    def _restore(self, variables: dict[str, str]) -> None:
        os.environ.update({name: value for name, value in variables.items() if name.startswith("AWS_")})
        snapshot.after()

    def serve_one(self, handler: _Handler) -> bool:
        """Wait for an event and answer it. False when the server is gone."""
        try:
            (request_id, *about), event = self._channel.event()
        except EOFError:
            return False
        self._log_handler.request_id = request_id
        try:
            context = self._context(request_id, *about)
            content = self._marshaller.answer(handler(unmarshal(event), context))
        except Exception as error:
            self._fail(frames.ERROR, request_id, error)
            return True
        logs.flush()
        if len(content) > _RESPONSE_BYTES_MAX:
            self._channel.send(frames.TOO_LARGE, request_id, str(len(content)).encode())
        else:
            self._channel.send(
                frames.ANSWER if self._log_pipe.unread() else frames.QUIET, request_id, content
            )
        return True

    def _context(
        self,
        request_id: str,
        invoked_arn: str,
        deadline_ms: int,
        trace: str,
        client_context: str,
        identity: str,
        pool: str,
    ) -> LambdaContext:
        self._trace.set(trace)
        parsed = parse_client_context(client_context)
        who = CognitoIdentity(identity or None, pool or None)
        return LambdaContext(self._surroundings, request_id, invoked_arn, deadline_ms, parsed, who)

    def _fail(self, kind: bytes, request_id: str, error: Exception) -> None:
        document = faults.document(error, request_id, self._code_dir)
        logs.write_crash(document)
        logs.flush()
        content = json.dumps(document).encode()
        if len(content) > _RESPONSE_BYTES_MAX:
            content = json.dumps({**document, "errorMessage": "", "stackTrace": []}).encode()
        self._channel.send(kind, request_id, content)


def prepare() -> None:
    """Do in a zygote what would be the same in each of its environments: whatever they only read, they share."""
    os.environ.clear()
    os.environ["TZ"] = _TIME_ZONE
    time.tzset()
    del os.environ["TZ"]
    logs.prepare()


def _stand_back() -> None:
    """Do not preempt the server when it hands over an event, while it still has others to hand out."""
    try:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except (
        OSError,
        AttributeError,
    ):  # a sandbox may refuse it, macOS does not have it, and all works without
        return


def _settle(code_dir: str, variables: dict[str, str]) -> None:
    """Become this function's process: its variables, folder, import path and main module."""
    for name, value in variables.items():  # not `update`, which leaves three times as much behind
        os.environ[name] = value
    if variables.get("TZ") != _TIME_ZONE:
        time.tzset()
    os.chdir(code_dir)
    more = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:0] = [code_dir, *more]
    sys.dont_write_bytecode = (
        True  # the code's folder is not the function's to write, and may be the developer's own
    )
    sys.argv = [os.path.join(os.environ.get("LAMBDA_RUNTIME_DIR", "/var/runtime"), "bootstrap.py")]
    sys.modules["__main__"] = types.ModuleType("__main__")


def _import(module_name: str) -> types.ModuleType:
    _prefer_own(module_name.replace("/", ".").partition(".")[0])
    try:
        return importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        words = f"Unable to import module '{module_name}': {error}"
        raise Fault("Runtime.ImportModuleError", words) from None
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        words = f"Syntax error in module '{module_name}': {error}"
        raise Fault("Runtime.UserCodeSyntaxError", words, (where,)) from None


def _prefer_own(name: str) -> None:
    """Let the function's own module come before one of Python's with that name, which the zygote may have loaded."""
    if name in sys.modules and importlib.machinery.PathFinder.find_spec(name, sys.path[:1]) is not None:
        del sys.modules[name]
