"""Environments that are containers of Docker's or Podman's. `client` is the server's side; `keeper` runs beside each container."""
