"""Fills the index: source, parse, chunk, embed, publish. Imports knowledge only."""
