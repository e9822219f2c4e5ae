"""What the coach knows: content, its types and loader, settings, and the searchable index."""
