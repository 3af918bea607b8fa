"""Token buckets in memory and in Redis."""
