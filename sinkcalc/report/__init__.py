"""What a load or a survey looks like to people: tables and HTML pages."""
