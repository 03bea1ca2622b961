"""What an arc weighs: numbers and small expressions over what is read, and what they mean."""
