"""What the offline author writes, one generator for each purpose."""
