"""Read replicas behind running gateways."""
