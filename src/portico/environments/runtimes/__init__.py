"""Language runtimes: what runs inside an environment, on the function's side of the socket."""
