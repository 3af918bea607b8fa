"""Media: images that questions show."""
