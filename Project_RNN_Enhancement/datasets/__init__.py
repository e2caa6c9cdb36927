"""Small readers for the data that the experiments train on."""
