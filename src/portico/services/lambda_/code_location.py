"""`Code` of GetFunction: where a version's code can be had.

Source: API reference, FunctionCodeLocation; recorded answers.
"""

from portico.calls.call import Call
from portico.environments.launchers.container.digests import repository
from portico.invoke.folders import folder_of
from portico.invoke.records import Version
from portico.services.lambda_.images import IMAGE
from portico.services.lambda_.service import Lambda


def of(lam: Lambda, call: Call, version: Version) -> dict[str, str]:
    """The address of the zip for ten minutes, of the folder that the code is, or of the image."""
    if version.package_type == IMAGE:
        return _of_image(version)
    folder = folder_of(version.code_digest)
    if folder:
        return {"RepositoryType": "S3", "Location": f"file://{folder}"}
    origin = call.origin
    location = lam.downloads.location(origin.host, secure=origin.secure, digest=version.code_digest)
    return {"RepositoryType": "S3", "Location": location}


def _of_image(version: Version) -> dict[str, str]:
    found = {"RepositoryType": "ECR", "ImageUri": version.image_uri}
    if version.code_sha256:
        found["ResolvedImageUri"] = f"{repository(version.image_uri)}@sha256:{version.code_sha256}"
    return found
