"""One module or package a kind of Datadog resource: how it is identified, compared and sent."""
