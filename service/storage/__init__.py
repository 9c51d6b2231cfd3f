"""The database: tables, connections, migrations. What the rows mean is the business of the modules that write them."""
