"""The Python runtime: what awslambdaric is on AWS, over an inherited socket instead of the Runtime API.

Stdlib-only and free of side effects at import: a zygote imports it once for all functions. It knows no secret until a forked child
reads its own configuration from its own socket.
"""
