"""What a new environment needs beyond its spec: unpacked code, the role's credentials, the variables that AWS sets."""

from portico.base.clock import Clock
from portico.environments.work import EnvironmentSpec, PreparationFailed, Prepared
from portico.identity.sessions import Credentials
from portico.invoke.roles import CannotAssume, ExecutionRoles
from portico.invoke.staging import CodeRefused, Staging

CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."


class EnvironmentPreparer:
    """Implements `environments.work.Preparer`. `ca_bundle` is the file with the authority that a TLS endpoint is to be trusted by,
    where it is Portico's own."""

    def __init__(
        self, *, staging: Staging, roles: ExecutionRoles, clock: Clock, endpoint_url: str, ca_bundle: str = ""
    ) -> None:
        self._staging = staging
        self._roles = roles
        self._clock = clock
        self._endpoint_url = endpoint_url
        self._ca_bundle = ca_bundle

    async def prepare(self, spec: EnvironmentSpec, log_stream: str) -> Prepared:
        """Stage the code and assume the role; the environment ends before its credentials do.

        Raises:
            PreparationFailed: the role is gone or does not trust Lambda (`AccessDeniedException`), or the code is gone or can't
                be unpacked (`InvalidZipFileException`).
        """
        try:
            keys = self._roles.credentials(spec.role, spec.account, spec.function)
        except CannotAssume as error:
            raise PreparationFailed("AccessDeniedException", CANNOT_ASSUME) from error
        try:
            code_dir = self._staging.path(spec.code_digest) or await self._staging.ensure(spec.code_digest)
        except (CodeRefused, KeyError) as error:
            raise PreparationFailed(
                "InvalidZipFileException", f"Lambda could not unzip the deployment package: {error}"
            ) from error
        usable_s = keys.expires_at - self._clock.now() - spec.timeout_s
        variables = environment_variables(spec, log_stream, keys, self._endpoint_url, self._ca_bundle)
        return Prepared(code_dir, variables, self._clock.monotonic() + max(usable_s, 0.0))


def environment_variables(
    spec: EnvironmentSpec, log_stream: str, keys: Credentials, endpoint_url: str, ca_bundle: str = ""
) -> tuple[tuple[str, str], ...]:
    """The variables of an environment, as AWS sets them; the function's own win over all but the reserved ones.

    Source: Lambda Developer Guide, "Defined runtime environment variables".
    """
    defaults = {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "PYTHONPATH": "/var/runtime",
        "TZ": ":UTC",
    }
    if ca_bundle:
        defaults["AWS_CA_BUNDLE"] = ca_bundle
    reserved = {
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": spec.function,
        "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": spec.region,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
        "AWS_SESSION_TOKEN": keys.token,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": "/var/task",
        "_HANDLER": spec.handler,
    }
    return tuple({**defaults, **dict(spec.variables), **reserved}.items())
