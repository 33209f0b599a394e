// ApusJSON
