"""Rate limits: token buckets and what each operation costs."""
