"""Demo content beyond the files: what each room shows after the first start."""
