"""The application: state, people, HTTP; where everything is put together."""
