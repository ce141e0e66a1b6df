"""The page on which a network can be drawn for, looked into and trained, and the small server behind it."""
