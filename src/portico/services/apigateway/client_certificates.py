"""Client certificates: by which backends know that it is API Gateway that calls. They are really made, and valid for a year."""

import asyncio
import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids
from portico.services.apigateway.client_identities import KEY_PURPOSE
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import (
    CLIENT_CERTIFICATE_KEYS,
    CLIENT_CERTIFICATES,
    REST_APIS,
    STAGES,
    ClientCertificate,
    ClientCertificateKey,
)
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.shown import shown, with_tags

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


_VALID_S = 365 * 86_400
_PATCHED = {"replace": ("/description",)}


class Made(msgspec.Struct, frozen=True, gc=False):
    """A certificate (PEM) and its private key (DER, PKCS #8)."""

    pem: str
    key: bytes


def make(name: str, begin: float, end: float) -> Made:
    """A certificate signed by itself, with an RSA key of 2,048 bits, valid from `begin` to `end` (epoch, seconds). It takes 0.1 s."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "ApiGateway"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, name),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime.fromtimestamp(begin, datetime.UTC))
        .not_valid_after(datetime.datetime.fromtimestamp(end, datetime.UTC))
        .sign(key, hashes.SHA256())
    )
    return Made(
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


async def _certificate(call: Call, request: Mapping[str, Any]) -> ClientCertificate:
    name = request["clientCertificateId"]
    found = await call.tx.get(CLIENT_CERTIFICATES, call.scope.account, call.scope.region, name)
    if found is None:
        raise errors.not_found("Invalid Client Certificate identifier specified")
    return found


@access.operation()
async def generate_client_certificate(
    service: ApiGateway, call: Call, request: "shapes.GenerateClientCertificateRequest"
) -> dict[str, Any]:
    """Make a certificate."""
    scope, name = call.scope, ids.short_id()
    made = await asyncio.to_thread(make, name, call.now, call.now + _VALID_S)
    certificate = ClientCertificate(
        client_certificate_id=name,
        description=request.get("description"),
        pem_encoded_certificate=made.pem,
        created_date=call.now,
        expiration_date=call.now + _VALID_S,
        tags=dict(request.get("tags") or {}),
    )
    sealed = ClientCertificateKey(service.sealer.seal(KEY_PURPOSE, made.key))
    call.tx.put(CLIENT_CERTIFICATES, certificate, scope.account, scope.region, name)
    call.tx.put(CLIENT_CERTIFICATE_KEYS, sealed, scope.account, scope.region, name)
    return shown(certificate)


@access.operation()
async def get_client_certificate(
    service: ApiGateway, call: Call, request: "shapes.GetClientCertificateRequest"
) -> dict[str, Any]:
    """A certificate.

    Raises:
        NotFoundException: there is no such certificate.
    """
    return with_tags(await _certificate(call, request))


@access.operation()
async def get_client_certificates(
    service: ApiGateway, call: Call, request: "shapes.GetClientCertificatesRequest"
) -> dict[str, Any]:
    """The certificates, by id."""
    found = await call.tx.scan(CLIENT_CERTIFICATES, call.scope.account, call.scope.region)
    return page(found, request, lambda one: one.client_certificate_id, shown)


@access.operation()
async def delete_client_certificate(
    service: ApiGateway, call: Call, request: "shapes.DeleteClientCertificateRequest"
) -> dict[str, Any]:
    """Remove a certificate.

    Raises:
        NotFoundException: there is no such certificate. BadRequestException: a stage has it.
    """
    certificate, scope = await _certificate(call, request), call.scope
    name = certificate.client_certificate_id
    for api in await call.tx.scan(REST_APIS, scope.account, scope.region):
        for stage in await call.tx.scan(STAGES, api.id):
            if stage.client_certificate_id == name:
                raise errors.bad_request(
                    f"Client Certificate {name} is in use by stage {stage.stage_name} of API {api.id}"
                )
    call.tx.delete(CLIENT_CERTIFICATES, scope.account, scope.region, name)
    call.tx.delete(CLIENT_CERTIFICATE_KEYS, scope.account, scope.region, name)
    return {}


@access.operation()
async def update_client_certificate(
    service: ApiGateway, call: Call, request: "shapes.UpdateClientCertificateRequest"
) -> dict[str, Any]:
    """Change a certificate's description.

    Raises:
        NotFoundException: there is no such certificate. BadRequestException: a path or operation is none.
    """
    certificate, scope = await _certificate(call, request), call.scope
    for patch in patches(request):
        supported(patch, _PATCHED)
        certificate = msgspec.structs.replace(certificate, description=patch.value)
    name = certificate.client_certificate_id
    call.tx.put(CLIENT_CERTIFICATES, certificate, scope.account, scope.region, name)
    return with_tags(certificate)
