"""What each message, form and page needs to be told, read from the books."""
