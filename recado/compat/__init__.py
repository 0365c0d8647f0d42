"""The HTTP shapes of the systems that Recado replaces, over the same services as the API's own."""
