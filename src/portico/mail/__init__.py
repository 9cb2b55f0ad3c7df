"""E-mails and text messages of all services: how they are sent, and where those are kept that people are to read."""
