"""The jobs of the program as lists of stages; each reads as the method it carries out."""
