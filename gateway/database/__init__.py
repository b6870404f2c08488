"""Where state is kept: SQLite or PostgreSQL behind one face, and the tables' migrations."""
