"""Rate limits: charges for operations before they run, and refunds of what they did not use."""
