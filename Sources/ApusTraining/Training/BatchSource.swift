package import ApusData
package import ApusPlan

/// The columns of a data set in the order of a plan's inputs, each with the way in which a port takes it.
package struct BatchSource: Sendable {
    /// Samples of the data set.
    let count: Int
    let columns: [DataColumn]
    package let preparations: [SamplePreparation]

    /// Matches a data set with ports: inputs in their order, and then the targets where there is one port more.
    /// - Throws: ``TrainingError`` where a shape or a type of elements differs.
    package init(
        _ dataset: Dataset, for ports: [Port], preparation: InputPreparation,
        augmentation: Augmentation = Augmentation(), hasTargets: Bool
    ) throws(TrainingError) {
        let inputs = hasTargets ? ports.dropLast() : ports[...]
        guard inputs.count == dataset.inputs.count else {
            throw .mismatch(.inputCount(model: inputs.map(\.name), data: dataset.inputs.count))
        }
        guard augmentation.isNone || dataset.inputs.contains(where: \.isImage) else { throw .mismatch(.augmentation) }
        count = dataset.count
        var columns: [DataColumn] = []
        var preparations: [SamplePreparation] = []
        for (port, column) in zip(inputs, dataset.inputs) {
            columns.append(column)
            preparations.append(
                try Self.prepare(
                    column, for: port, preparation, column.isImage ? augmentation : Augmentation()))
        }
        if hasTargets, let port = ports.last {
            columns.append(dataset.targets)
            preparations.append(try Self.prepare(dataset.targets, for: port, .none, Augmentation()))
        }
        self.columns = columns
        self.preparations = preparations
    }

    private static func prepare(
        _ column: DataColumn, for port: Port, _ preparation: InputPreparation, _ augmentation: Augmentation
    ) throws(TrainingError) -> SamplePreparation {
        guard Shapes.agree(port.sampleShape, column.sampleShape) else {
            throw .mismatch(.shape(port: port.name, model: port.sampleShape, data: column.sampleShape))
        }
        let output: SamplePreparation.Output
        if port.elementType == .f32 {
            output = .floats
        } else if port.elementType == .i32 {
            if case .floats = column.elements { throw .mismatch(.needsIntegers(port: port.name)) }
            output = .integers
        } else {
            throw .mismatch(.elementType(port: port.name))
        }
        do throws(DataError) {
            return try SamplePreparation(column, to: output, preparation: preparation, augmentation: augmentation)
        } catch {
            throw .data(error)
        }
    }

    /// Hands the addresses of the columns' elements to `body`, in the order of the columns.
    package func withAddresses<Failure: Error>(
        _ body: ([UnsafeRawPointer]) throws(Failure) -> Void
    ) throws(Failure) {
        try unsafe withAddresses(of: columns[...], behind: [], body)
    }

    private func withAddresses<Failure: Error>(
        of columns: ArraySlice<DataColumn>, behind addresses: [UnsafeRawPointer],
        _ body: ([UnsafeRawPointer]) throws(Failure) -> Void
    ) throws(Failure) {
        guard let column = columns.first else {
            try unsafe body(addresses)
            return
        }
        try column.elements.withBytes { (bytes) throws(Failure) in
            try unsafe bytes.withUnsafeBytes { (memory) throws(Failure) in
                guard let start = memory.baseAddress else { return }
                try unsafe withAddresses(of: columns.dropFirst(), behind: addresses + [start], body)
            }
        }
    }
}

/// Shapes of samples, compared.
enum Shapes {
    /// Whether two shapes have the same dimensions, those of 1 left out: then the elements are the same in the same order.
    static func agree(_ one: [Int], _ other: [Int]) -> Bool { one.filter { $0 != 1 } == other.filter { $0 != 1 } }
}
