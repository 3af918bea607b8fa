"""Commands of the command line `questpath`."""
