"""Talks: coach, service, and the ways in (terminal, Slack). Imports knowledge, never ingest."""
