"""Who may do what: permissions and roles, the table of routes, keys, people and sessions."""
