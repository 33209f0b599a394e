public import ApusGraph

extension Model {
    /// How the model wants its input; what it does not say has its default.
    /// - Throws: ``DataError`` where a field is not known or has a bad value.
    public func inputPreparation() throws(DataError) -> InputPreparation {
        try InputPreparation(fields: preparation)
    }

    /// The model with the fields of a preparation.
    public func prepared(by preparation: InputPreparation) -> Model {
        var model = self
        model.preparation = preparation.fields
        return model
    }
}
