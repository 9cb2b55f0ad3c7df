"""Where files of users to import are put."""

from portico.gateway.own import Endpoint
from portico.services.cognito_idp.import_upload import PATH, Uploads
from portico.services.cognito_idp.service import CognitoIdp


def user_imports(idp: CognitoIdp) -> dict[str, Endpoint]:
    """The endpoint, by its path. The address itself says for which job it is, and until when."""
    return {PATH: Endpoint("PUT", Uploads(idp).take, "portico:UserImport", "anyone", in_pieces=True)}
