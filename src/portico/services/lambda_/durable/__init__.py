"""Durable functions: executions that checkpoint what they have done, wait for up to a year, and are invoked again to go on."""
