import ApusGraph

/// The classes of a classifier: numbers, or names, which become the labels of the model.
enum ClassLabels {
    case numbers([Int])
    case names([String])

    var count: Int {
        switch self {
        case .numbers(let numbers): numbers.count
        case .names(let names): names.count
        }
    }
}

extension NodeImport {
    /// The classes, whose numbers are in the attribute `integers` and whose names are in `classlabels_strings`.
    mutating func classLabels(integers: String) throws(NodeFailure) -> ClassLabels {
        let (numbers, names) = (try optionalInts(integers) ?? [], try optionalStrings("classlabels_strings") ?? [])
        guard numbers.isEmpty != names.isEmpty else { throw failure("does not say its classes") }
        if state.labels.isEmpty, numbers != Array(0..<numbers.count) || numbers.isEmpty {
            state.labels = numbers.isEmpty ? names : numbers.map(String.init)
        }
        return numbers.isEmpty ? .names(names) : .numbers(numbers)
    }

    /// The classes of places in the list of classes. There are no values of text: in the stead of a name stands its place.
    mutating func labelled(_ places: ValueID, _ labels: ClassLabels) throws(NodeFailure) -> ValueID {
        guard case .numbers(let numbers) = labels, numbers != Array(0..<numbers.count) else { return places }
        return try apply(Gather(), try vector(numbers), places)
    }
}
