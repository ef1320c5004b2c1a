"""The words of macro statistics: indicators (YAML), their periods down to a day, and how tables and questions name both."""
