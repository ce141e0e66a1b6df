"""What makes the data, the measurements and the documents."""
