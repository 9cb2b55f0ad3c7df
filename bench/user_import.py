"""Users imported by a CSV job, and whether a pool of many signs in as fast as one of a few.

    python -m bench.user_import [--users 1000000] [--few 1000] [--seconds 5]

Prints users per second, the server's memory before, at most and after, and sign-ins by SRP (both calls, one client and eight) in both pools
in the same run. Imported users have no password, so those who sign in are given one.
"""

import argparse
import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from bench.invoke import client, portico
from bench.sign_in import Caller, Target, measured, with_passwords
from bench.start import pss_mb
from portico.server_file import SERVER_FILE, ServerFile

_ROLE = "arn:aws:iam::000000000000:role/import"
_SIGN_IN = 200
_LOOK_S = 0.5
_PIECE = 10_000
_MB = 2**20


def lines(header: list[str], users: int) -> Iterator[bytes]:
    """The file, in pieces."""
    yield (",".join(header) + "\n").encode()
    for start in range(0, users, _PIECE):
        made = []
        for number in range(start, min(start + _PIECE, users)):
            name = f"user{number}"
            values = {
                "cognito:username": name,
                "cognito:mfa_enabled": "false",
                "email": f"{name}@example.com",
                "email_verified": "true",
            }
            made.append(",".join(values.get(column, "") for column in header))
        yield ("\n".join(made) + "\n").encode()


def put(url: str, file: Path) -> None:
    """Send the file to a job's address."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    with file.open("rb") as body:
        connection.request("PUT", parts.path, body, {"Content-Length": str(file.stat().st_size)})
        answer = connection.getresponse()
        answer.read()
    assert answer.status == 200, answer.status
    connection.close()


def imported(url: str, users: int, pid: int) -> tuple[Target, float, float]:
    """A pool with so many users; the seconds that it took from start to end of the job, and the most memory meanwhile, in MB."""
    idp = client(url, "cognito-idp")
    pool: str = idp.create_user_pool(PoolName=f"of {users}", AutoVerifiedAttributes=["email"])["UserPool"][
        "Id"
    ]
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = idp.create_user_pool_client(UserPoolId=pool, ClientName="bench", ExplicitAuthFlows=flows)
    asked = {"UserPoolId": pool, "JobName": "bench", "CloudWatchLogsRoleArn": _ROLE}
    job = idp.create_user_import_job(**asked)["UserImportJob"]
    with tempfile.NamedTemporaryFile() as file:
        for piece in lines(idp.get_csv_header(UserPoolId=pool)["CSVHeader"], users):
            file.write(piece)
        file.flush()
        put(job["PreSignedUrl"], Path(file.name))
    place, most = {"UserPoolId": pool, "JobId": job["JobId"]}, 0.0
    start = time.perf_counter()
    idp.start_user_import_job(**place)
    while True:
        found = idp.describe_user_import_job(**place)["UserImportJob"]
        most = max(most, pss_mb(pid))
        if "CompletionDate" in found:
            break
        time.sleep(_LOOK_S)
    took = time.perf_counter() - start
    assert found["ImportedUsers"] == users, found
    target = Target(url, pool, made["UserPoolClient"]["ClientId"], min(users, _SIGN_IN))
    with_passwords(idp, target)
    Caller(target).by_srp("user0")  # makes the pool's keys
    return target, took, most


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data, portico("--data", data) as url:
        pid = msgspec.json.decode(Path(data, SERVER_FILE).read_bytes(), type=ServerFile).pid
        few, _, _ = imported(url, options.few, pid)
        before = pss_mb(pid)
        many, took, most = imported(url, options.users, pid)
        size = sum(each.stat().st_size for each in Path(data).rglob("*") if each.is_file())
        print(f"{options.users:,} users in {took:.0f} s: {options.users / took:,.0f} users/s")
        print(
            f"memory: {before:.0f} MB before, {most:.0f} MB at most, {pss_mb(pid):.0f} MB after; {size / _MB:,.0f} MB on disk"
        )
        for clients in (1, 8):
            found = [measured(target, "by_srp", options.seconds, clients) for target in (few, many)]
            words = ", ".join(f"{each.rate:,.0f}/s at {each.median_ms:.1f} ms" for each in found)
            print(
                f"sign-ins at {clients} clients, {options.few:,} and {options.users:,} users: {words};"
                f" ratio {found[1].rate / found[0].rate:.2f}"
            )


if __name__ == "__main__":
    main()
