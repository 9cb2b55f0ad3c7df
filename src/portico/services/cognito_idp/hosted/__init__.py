"""Hosted sign-in: the pages of a pool's domain, and its OAuth 2.0 endpoints."""
