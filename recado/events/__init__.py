"""Events: what happened, for people and for webhooks."""
