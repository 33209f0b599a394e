/// Where the name and value of a preparation's field have their place: of a model a standalone program knows no more.
public enum Model {}
