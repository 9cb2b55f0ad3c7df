"""What a new environment needs beyond its spec: unpacked code and layers, the role's credentials, the variables that AWS sets."""

from math import inf

import msgspec

from portico.base.clock import Clock
from portico.environments.work import SNAP_START, EnvironmentSpec, PreparationFailed, Prepared
from portico.invoke.container_credentials import ContainerCredentials
from portico.invoke.own_keys import SealedVariables
from portico.invoke.roles import CannotAssume, ExecutionRoles
from portico.invoke.staging import CodeRefused, Staging, merged
from portico.invoke.variables import environment_variables

CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."


class EnvironmentPreparer:
    """Implements `environments.work.Preparer`. `ca_bundle` is the file with the authority that a TLS endpoint is to be trusted by,
    where it is Portico's own."""

    def __init__(
        self,
        *,
        staging: Staging,
        roles: ExecutionRoles,
        containers: ContainerCredentials,
        sealed: SealedVariables,
        clock: Clock,
        endpoint_url: str,
        ca_bundle: str = "",
    ) -> None:
        self._staging = staging
        self._roles = roles
        self._containers = containers
        self._sealed = sealed
        self._clock = clock
        self._endpoint_url = endpoint_url
        self._ca_bundle = ca_bundle

    async def prepare(self, spec: EnvironmentSpec, log_stream: str) -> Prepared:
        """Stage the code and the layers, and assume the role; the environment ends before its credentials do.

        Raises:
            PreparationFailed: the role is gone or does not trust Lambda (`AccessDeniedException`), or the code or a layer is gone
                or can't be unpacked (`InvalidZipFileException`); the variables can't be decrypted (`own_keys.CODES`).
        """
        try:
            keys = self._roles.credentials(spec.role, spec.account, spec.function, log_stream)
        except CannotAssume as error:
            raise PreparationFailed("AccessDeniedException", CANNOT_ASSUME) from error
        try:
            code_dir = await self._code(spec.code_digest)
            opt_dir = await self._layers(spec.layers)
        except (CodeRefused, KeyError) as error:
            raise PreparationFailed(
                "InvalidZipFileException", f"Lambda could not unzip the deployment package: {error}"
            ) from error
        if spec.sealed_variables:
            opened = await self._sealed.opened(spec)
            spec = msgspec.structs.replace(spec, variables=(*spec.variables, *opened.items()))
        container = self._containers.variables(spec) if spec.initialization == SNAP_START else None
        usable_s = inf if container else keys.expires_at - self._clock.now() - spec.timeout_s
        variables = environment_variables(
            spec, log_stream, keys, self._endpoint_url, self._ca_bundle, opt_dir, container
        )
        return Prepared(code_dir, variables, self._clock.monotonic() + max(usable_s, 0.0), opt_dir)

    async def _code(self, digest: str) -> str:
        if not digest:  # an image has none
            return ""
        return self._staging.path(digest) or await self._staging.ensure(digest)

    async def _layers(self, digests: tuple[str, ...]) -> str:
        if not digests:
            return ""
        return self._staging.path(merged(digests)) or await self._staging.ensure_layers(digests)
