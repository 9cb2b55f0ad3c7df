"""What every environment does is done a few times in the zygote, before anything is forked from it.

The interpreter adapts code to how it is used while it runs, and writes that into the code. Done here, the pages stay as they are in every
environment, and are shared; else each would have its own copy of them, and would begin slowly.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys

from . import frames, logs
from .context import CognitoIdentity, LambdaContext, parse_client_context, surroundings
from .marshalling import Marshaller, unmarshal
from .trace import TraceVariable

_STREAMS = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
_TIMES = 20  # more than it takes the interpreter to settle
_EVENT = b'{"number": 1, "text": "x", "list": [null, true, 1.5]}'
_HEAD = [
    "00000000-0000-0000-0000-000000000000",
    "arn:aws:lambda:us-east-1:000000000000:function:f",
    0,
    "",
    "",
    "",
    "",
]
_CONFIGURATION = {"code_dir": "/", "opt_dir": "", "snapshot": False, "variables": {}}
_SOURCE = "import os\n\n\ndef handler(event, context):\n    return event\n"


def rehearse() -> None:
    """Go through an environment's life without a function. Leaves nothing behind."""
    ours, theirs = socket.socketpair()
    kept = dict(os.environ)
    streams = {name: getattr(sys, name) for name in _STREAMS}
    with ours:
        channel = frames.Channel(theirs.detach())
        for _ in range(_TIMES):
            _be_configured(ours, channel)
            _answer(ours, channel)
            compile(_SOURCE, "app.py", "exec")
        os.close(channel.detach())
    os.environ.clear()
    os.environ.update(kept)
    for name, stream in streams.items():
        setattr(sys, name, stream)


def _be_configured(ours: socket.socket, channel: frames.Channel) -> None:
    body = json.dumps(_CONFIGURATION).encode()
    ours.sendall(struct.pack("!Ic", len(body), frames.CONFIGURE) + body)
    channel.configuration()
    os.environ.clear()
    os.environ.update({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12", "AWS_LAMBDA_FUNCTION_NAME": "f"})
    logs.open_streams()


def _answer(ours: socket.socket, channel: frames.Channel) -> None:
    head = json.dumps(_HEAD).encode()
    body = struct.pack("!I", len(head)) + head + _EVENT
    ours.sendall(struct.pack("!Ic", len(body), frames.INVOKE) + body)
    (request_id, arn, deadline_ms, trace, client_context, *_), event = channel.event()
    TraceVariable().set(trace)
    context = LambdaContext(
        surroundings(),
        request_id,
        arn,
        deadline_ms,
        parse_client_context(client_context),
        CognitoIdentity(None, None),
    )
    context.get_remaining_time_in_millis()
    channel.send(frames.ANSWER, request_id, Marshaller().answer(unmarshal(event)))
    channel.send(frames.READY, "", b"")
    ours.recv(65_536)
