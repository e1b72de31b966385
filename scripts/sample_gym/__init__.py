"""An invented climbing gym: the six raw exports and the truth behind them, from one seed."""
