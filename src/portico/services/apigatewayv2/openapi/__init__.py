"""OpenAPI 3 definitions of HTTP APIs: read (`reading.py`) and written (`writing.py`), with API Gateway's extensions. Pure."""
