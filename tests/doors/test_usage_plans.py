import pytest

from portico.doors.usage import UsagePlans, UsageRefused, Use

USE = Use("123456789012", "us-east-1", "api", "dev", "value", "$connect", "*", 0.0)


async def test_without_anybody_who_has_keys_there_are_none():
    with pytest.raises(UsageRefused) as caught:
        await UsagePlans().admit(USE)
    assert (caught.value.status, caught.value.message) == (403, "Forbidden")


async def test_who_has_keys_is_asked():
    async def admit(use: Use) -> str:
        return f"key of {use.api}"

    plans = UsagePlans()
    plans.provide(admit)
    assert await plans.admit(USE) == "key of api"
