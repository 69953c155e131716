"""What must change in Datadog, and changing it."""
