"""Devices: given a key, confirmed with a verifier, signed in with, remembered, forgotten."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest

import srp_client
from srp_client import Client as SrpClient
from user_pools import UserPools, claims, user_pools

SMS = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111122223333:role/sms"}}


@pytest.fixture
async def pools() -> AsyncIterator[UserPools]:
    async with user_pools() as made:
        yield made


class Device:
    """A user's device: its key, and the password that it made up."""

    def __init__(self, metadata: dict[str, str]) -> None:
        self.key, self.group = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        self.password = secrets.token_urlsafe(40)

    def verifier(self) -> dict[str, str]:
        salt, verifier = srp_client.device_verifier(self.group, self.key, self.password)
        return {"PasswordVerifier": verifier, "Salt": salt}


async def a_pool(
    pools: UserPools, *, prompt: bool = False, challenge: bool = False, mfa: bool = False
) -> tuple[str, str]:
    configuration = {"ChallengeRequiredOnNewDevice": challenge, "DeviceOnlyRememberedOnUserPrompt": prompt}
    pool = await pools.pool(DeviceConfiguration=configuration)
    if mfa:
        await pools.call(
            "SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="ON", SmsMfaConfiguration=SMS
        )
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool, phone_number="+15551234567", phone_number_verified="true")
    return pool, client


async def confirmed(
    pools: UserPools, result: dict[str, Any], name: str = "laptop"
) -> tuple[Device, dict[str, Any]]:
    """A new device, confirmed; what ConfirmDevice answered."""
    device = Device(result["NewDeviceMetadata"])
    answer = await pools.call(
        "ConfirmDevice",
        AccessToken=result["AccessToken"],
        DeviceKey=device.key,
        DeviceName=name,
        DeviceSecretVerifierConfig=device.verifier(),
    )
    return device, answer


async def from_device(
    pools: UserPools, client: str, device: Device, answer: dict[str, Any]
) -> dict[str, Any]:
    """Go on with a sign-in that asks for the device."""
    assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"
    srp = SrpClient(device.group, device.password)
    responses = {"USERNAME": "alice", "DEVICE_KEY": device.key, "SRP_A": srp.a}
    offered = await pools.respond(client, "DEVICE_SRP_AUTH", responses, answer["Session"])
    assert offered["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
    proof = srp.proof(offered["ChallengeParameters"], name=device.key)
    return await pools.respond(client, "DEVICE_PASSWORD_VERIFIER", {**proof, "DEVICE_KEY": device.key})


async def test_a_device_is_confirmed_and_signed_in_with(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    result = (await pools.by_srp(pool, client))["AuthenticationResult"]
    key = result["NewDeviceMetadata"]["DeviceKey"]
    assert key.startswith("us-east-1_")
    assert claims(result["AccessToken"])["device_key"] == key
    assert "device_key" not in claims(result["IdToken"])
    device, answer = await confirmed(pools, result)
    assert answer == {"UserConfirmationNecessary": False}
    done = await from_device(pools, client, device, await pools.by_password(client, DEVICE_KEY=device.key))
    again = done["AuthenticationResult"]
    assert "NewDeviceMetadata" not in again
    assert claims(again["AccessToken"])["device_key"] == device.key
    refreshed = await pools.call(
        "GetTokensFromRefreshToken", ClientId=client, RefreshToken=again["RefreshToken"]
    )
    assert claims(refreshed["AuthenticationResult"]["AccessToken"])["device_key"] == device.key


async def test_every_sign_in_without_a_device_is_a_new_one_s(pools: UserPools) -> None:
    _, client = await a_pool(pools)
    keys = {(await pools.tokens_of(client))["NewDeviceMetadata"]["DeviceKey"] for _ in range(3)}  # type: ignore[index]
    assert len(keys) == 3


async def test_without_tracking_there_are_no_devices(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    answer = await pools.by_password(client, DEVICE_KEY="us-east-1_11111111-1111-4111-a111-111111111111")
    assert "NewDeviceMetadata" not in answer["AuthenticationResult"]
    assert "device_key" not in claims(answer["AuthenticationResult"]["AccessToken"])


@pytest.mark.parametrize(("challenge", "prompt", "remember", "asked"), [
    (True, False, False, False),
    (True, True, False, True),
    (True, True, True, False),
    (False, False, False, True),
])  # fmt: skip
async def test_a_remembered_device_stands_for_a_second_factor_where_the_pool_says_so(
    pools: UserPools, challenge: bool, prompt: bool, remember: bool, asked: bool
) -> None:
    from portico.mail.mailbox import Mailbox

    _, client = await a_pool(pools, prompt=prompt, challenge=challenge, mfa=True)

    async def code() -> str:
        return (await Mailbox(pools.world.store, pools.world.sealer, pools.clock).newest())[0].code

    answer = await pools.by_password(client)
    responses = {"USERNAME": "alice", "SMS_MFA_CODE": await code()}
    result = (await pools.respond(client, "SMS_MFA", responses, answer["Session"]))["AuthenticationResult"]
    device, said = await confirmed(pools, result)
    assert said == {"UserConfirmationNecessary": prompt}
    if remember:
        token = {"AccessToken": result["AccessToken"], "DeviceKey": device.key}
        await pools.call("UpdateDeviceStatus", **token, DeviceRememberedStatus="remembered")
    done = await from_device(pools, client, device, await pools.by_password(client, DEVICE_KEY=device.key))
    assert done.get("ChallengeName") == ("SMS_MFA" if asked else None)
    if asked:
        responses = {"USERNAME": "alice", "SMS_MFA_CODE": await code()}
        done = await pools.respond(client, "SMS_MFA", responses, done["Session"])
    assert claims(done["AuthenticationResult"]["AccessToken"])["device_key"] == device.key


async def test_a_device_does_not_replace_the_password(pools: UserPools) -> None:
    _, client = await a_pool(pools)
    device, _ = await confirmed(pools, (await pools.by_password(client))["AuthenticationResult"])
    given = {"USERNAME": "alice", "PASSWORD": "wrong", "DEVICE_KEY": device.key}
    await pools.refused(
        "NotAuthorizedException",
        "InitiateAuth",
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=client,
        AuthParameters=given,
    )
    responses = {
        "USERNAME": "alice",
        "DEVICE_KEY": device.key,
        "SRP_A": SrpClient(device.group, device.password).a,
    }
    request = {"ClientId": client, "ChallengeName": "DEVICE_SRP_AUTH", "ChallengeResponses": responses}
    await pools.refused("InvalidParameterException", "RespondToAuthChallenge", **request)


@pytest.mark.parametrize(
    "case",
    [
        "wrong password",
        "another key",
        "unknown device",
        "forgotten",
        "A is 0",
        "proved twice",
        "another user's device",
    ],
)
async def test_devices_that_are_not_believed(pools: UserPools, case: str) -> None:
    pool, client = await a_pool(pools)
    result = (await pools.by_password(client))["AuthenticationResult"]
    device, _ = await confirmed(pools, result)
    if case in ("unknown device", "another user's device"):
        key = "us-east-1_11111111-1111-4111-a111-111111111111"
        if case == "another user's device":
            await pools.user(pool, "bob")
            other, _ = await confirmed(
                pools, (await pools.by_password(client, "bob"))["AuthenticationResult"]
            )
            key = other.key
        given = {"USERNAME": "alice", "PASSWORD": "Passw0rd!x", "DEVICE_KEY": key}
        words = await pools.refused(
            "ResourceNotFoundException",
            "InitiateAuth",
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=client,
            AuthParameters=given,
        )
        assert words == "Device does not exist."
        return
    asked = await pools.by_password(client, DEVICE_KEY=device.key)
    srp = SrpClient(device.group, "wrong" if case == "wrong password" else device.password)
    responses = {"USERNAME": "alice", "DEVICE_KEY": device.key, "SRP_A": srp.a}
    request: dict[str, Any] = {
        "ClientId": client,
        "ChallengeName": "DEVICE_SRP_AUTH",
        "Session": asked["Session"],
    }
    match case:
        case "another key":
            await pools.refused(
                "NotAuthorizedException",
                "RespondToAuthChallenge",
                **request,
                ChallengeResponses={**responses, "DEVICE_KEY": "us-east-1_0"},
            )
            return
        case "A is 0":
            await pools.refused(
                "InvalidParameterException",
                "RespondToAuthChallenge",
                **request,
                ChallengeResponses={**responses, "SRP_A": "0"},
            )
            return
        case "forgotten":
            await pools.call("AdminForgetDevice", UserPoolId=pool, Username="alice", DeviceKey=device.key)
            await pools.refused(
                "ResourceNotFoundException", "RespondToAuthChallenge", **request, ChallengeResponses=responses
            )
            return
    offered = await pools.respond(client, "DEVICE_SRP_AUTH", responses, asked["Session"])
    proof = {**srp.proof(offered["ChallengeParameters"], name=device.key), "DEVICE_KEY": device.key}
    last = {"ClientId": client, "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "ChallengeResponses": proof}
    if case == "proved twice":
        await pools.respond(client, "DEVICE_PASSWORD_VERIFIER", proof)
    await pools.refused("NotAuthorizedException", "RespondToAuthChallenge", **last)
    await pools.refused(
        "NotAuthorizedException", "RespondToAuthChallenge", **{**last, "ChallengeName": "PASSWORD_VERIFIER"}
    )


@pytest.mark.parametrize(
    "case",
    [
        "another key",
        "twice",
        "no verifier",
        "no salt",
        "verifier 0",
        "verifier 1",
        "verifier N",
        "no base64",
        "another user",
    ],
)
async def test_devices_that_are_not_confirmed(pools: UserPools, case: str) -> None:
    import base64

    pool, client = await a_pool(pools)
    result = (await pools.by_password(client))["AuthenticationResult"]
    device = Device(result["NewDeviceMetadata"])
    config, key, token, code = (
        device.verifier(),
        device.key,
        result["AccessToken"],
        "InvalidParameterException",
    )
    numbers = {"verifier 0": 0, "verifier 1": 1, "verifier N": srp_client.N}
    if case in numbers:
        config["PasswordVerifier"] = base64.b64encode(srp_client.signed(numbers[case])).decode()
    match case:
        case "another key":
            key = "us-east-1_11111111-1111-4111-a111-111111111111"
        case "twice":
            await confirmed(pools, result)
            code = "DeviceKeyExistsException"
        case "no verifier":
            del config["PasswordVerifier"]
        case "no salt":
            del config["Salt"]
        case "no base64":
            config["Salt"] = "!"
        case "another user":
            await pools.user(pool, "bob")
            token = (await pools.tokens_of(client, "bob"))["AccessToken"]
    asked = {"AccessToken": token, "DeviceKey": key, "DeviceSecretVerifierConfig": config}
    await pools.refused(code, "ConfirmDevice", **asked)


async def test_devices_are_shown_listed_updated_and_forgotten(pools: UserPools) -> None:
    pool, client = await a_pool(pools, prompt=True)
    made = [
        await confirmed(pools, (await pools.by_password(client))["AuthenticationResult"], f"d{n}")
        for n in range(5)
    ]
    result = (await pools.by_password(client))["AuthenticationResult"]
    mine, theirs = {"AccessToken": result["AccessToken"]}, {"UserPoolId": pool, "Username": "alice"}
    keys = sorted(device.key for device, _ in made)
    for operation, who in (("ListDevices", mine), ("AdminListDevices", theirs)):
        listed: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = await pools.call(operation, **who, **token, Limit=2)
            listed += [each["DeviceKey"] for each in page["Devices"]]
            if "PaginationToken" not in page:
                break
            token = {"PaginationToken": page["PaginationToken"]}
        assert listed == keys
        await pools.refused("InvalidParameterException", operation, **who, PaginationToken="nonsense")
    device = made[0][0]
    for prefix, who in (("", mine), ("Admin", theirs)):
        for status in ("remembered", "not_remembered"):
            await pools.call(
                f"{prefix}UpdateDeviceStatus", **who, DeviceKey=device.key, DeviceRememberedStatus=status
            )
            found = (await pools.call(f"{prefix}GetDevice", **who, DeviceKey=device.key))["Device"]
            attributes = {each["Name"]: each["Value"] for each in found["DeviceAttributes"]}
            assert (attributes["device_name"], attributes["dev:device_remembered_status"]) == ("d0", status)
    await pools.call("ForgetDevice", **mine, DeviceKey=device.key)
    await pools.call("AdminForgetDevice", **theirs, DeviceKey=made[1][0].key)
    assert len((await pools.call("ListDevices", **mine))["Devices"]) == 3
    for operation in ("GetDevice", "ForgetDevice", "UpdateDeviceStatus"):
        for prefix, who in (("", mine), ("Admin", theirs)):
            await pools.refused(
                "ResourceNotFoundException", f"{prefix}{operation}", **who, DeviceKey=device.key
            )


async def test_a_forgotten_device_keeps_its_tokens(pools: UserPools) -> None:
    _, client = await a_pool(pools)
    result = (await pools.by_password(client))["AuthenticationResult"]
    device, _ = await confirmed(pools, result)
    await pools.call("ForgetDevice", AccessToken=result["AccessToken"], DeviceKey=device.key)
    assert (await pools.call("ListDevices", AccessToken=result["AccessToken"]))["Devices"] == []
    assert await pools.call("GetTokensFromRefreshToken", ClientId=client, RefreshToken=result["RefreshToken"])
