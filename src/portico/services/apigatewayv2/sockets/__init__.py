"""The data plane of WebSocket APIs: from the handshake to the last frame.

`door.py` tells handshakes from `@connections`; `handshake.py` and `connecting.py` are how a connection begins, `socket.py` (asyncio) and
`frames.py` (RFC 6455, by wsproto) how it goes on; `life.py` is what becomes of its messages and its end, `integrations/` by what.
"""
