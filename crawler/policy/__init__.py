"""What is fetched, and when again: decisions alone, without the network."""
