internal import ApusPlan
public import ApusRuntime

extension Session {
    /// Answers a batch: takes a value for each input by its name, and gives the outputs by theirs.
    ///
    ///     let answers = try session.run(["image": pixels])
    ///     let scores = try answers["scores"]?.elements(as: Float.self)
    ///
    /// How many samples there are follows from the number of elements. An array of Swift stands for any shape; a
    /// ``ShapedArray`` of several dimensions has the port's. What comes back has the batch as its first dimension, unless the
    /// samples have the output in common.
    ///
    /// - Throws: ``SessionError`` where an input is missing or unknown, of another type, or not of whole samples, as many for
    ///   all inputs.
    public mutating func run(_ inputs: [String: any PortInput]) throws(SessionError) -> [String: ShapedArray] {
        for name in inputs.keys.sorted() { _ = try plan.number(ofInput: name) }
        var arrays: [ShapedArray] = []
        var batch: Int?
        for port in plan.inputs {
            guard let array = inputs[port.name]?.shapedArray else { throw .missingPort(port.name) }
            let samples = try port.samples(of: array, expected: batch)
            batch = batch ?? samples
            arrays.append(array)
        }
        let samples = batch ?? 1
        for (number, array) in arrays.enumerated() { unsafe bindInput(number, to: array.storage.address) }
        var results = plan.outputs.map { AlignedBytes(zeros: $0.bytes(samples: samples)) }
        for number in results.indices {
            if let address = unsafe results[number].mutableAddress() { unsafe bindOutput(number, to: address) }
        }
        defer { withExtendedLifetime((arrays, results)) {} }
        try run(batch: samples)
        var answers: [String: ShapedArray] = [:]
        for (port, bytes) in zip(plan.outputs, results) {
            answers[port.name] = ShapedArray(
                port.elementType, shape: (port.isShared ? [] : [samples]) + port.sampleShape, aligned: bytes)
        }
        return answers
    }
}

extension Port {
    /// The samples that an array has for this input; nil where samples have it in common.
    ///
    /// - Parameter expected: how many there are to be, where that is known.
    fileprivate func samples(of array: ShapedArray, expected: Int?) throws(SessionError) -> Int? {
        guard array.elementType == elementType else {
            throw .wrongElementType(port: name, expected: elementType, given: array.elementType)
        }
        let samples = isShared ? nil : expected ?? max(1, array.count / max(sampleElements, 1))
        let expectedCount = elements(samples: samples ?? 1)
        guard array.count == expectedCount else {
            throw .wrongElementCount(port: name, expected: expectedCount, given: array.count)
        }
        guard array.shape.count == 1 || isFilled(by: array.shape, samples: samples) else {
            throw .wrongShape(port: name, expected: typeText, given: array.shape)
        }
        return samples
    }

    /// Whether these are the dimensions of so many samples: with the batch before those of a sample, or as a multiple of their
    /// first.
    private func isFilled(by shape: [Int], samples: Int?) -> Bool {
        guard let samples else { return shape == sampleShape }
        if shape == [samples] + sampleShape { return true }
        guard let first = sampleShape.first else { return false }
        return shape == [samples * first] + sampleShape.dropFirst()
    }
}
