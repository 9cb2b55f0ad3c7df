"""The sites of published developer portals."""
