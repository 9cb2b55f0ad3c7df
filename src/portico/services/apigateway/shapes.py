"""Shapes of the implemented operations of apigateway. Written by scripts/shapes from botocore's model; do not edit."""
