"""What an environment can see, do and use."""
