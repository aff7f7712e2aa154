"""What the demo adds to the workspace's page."""
