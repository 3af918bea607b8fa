"""The compiled executor: compiles an operation to a plan once, and runs the plan level by level."""
