"""Privacy: data exports, account deletion and profile visibility."""
