"""How environments that have a network of their own reach the internet (`--network internet`).

`port` says what an uplink is; `veth` is the one of a server that is root, `pasta` that of an ordinary user, `choice` finds which is to be
had. `netlink` speaks with the kernel, `addresses` says what is refused, `firewall` are the machine's own rules as data.
"""
