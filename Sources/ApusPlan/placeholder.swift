// ApusPlan
