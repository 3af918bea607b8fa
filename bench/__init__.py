"""The benchmark suite: what a request costs, in CPU time of the server and of Postgres."""
