"""The page of the service for people: static files that ask the service's own HTTP interface, and load nothing else."""
