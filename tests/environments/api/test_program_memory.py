"""Max Memory Used of a program, which does not tell it itself."""

from typing import Any


async def test_the_first_short_invocation_tells_what_has_been_used_so_far(
    workshop: Any, program: Any
) -> None:
    spec = program(
        "taken = bytearray(b'x') * (60 << 20)\nwhile True:\n    id, value, _ = event()\n    answer(id, value)",
        memory_mb=256,
    )
    outcome = await workshop.invoke(spec, 1)
    assert 65 <= outcome.max_memory_mb <= 200
