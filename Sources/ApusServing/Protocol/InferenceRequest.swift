package import ApusPlan

/// A request that was read and checked: what a batch needs of it.
package struct InferenceRequest: Sendable {
    /// Where the elements of an input are.
    package enum Source: Sendable, Equatable {
        /// In this range of the request's body.
        case body(Range<Int>)
        case bytes([UInt8])
    }

    /// An output that is to be in the answer.
    package struct Output: Sendable, Equatable {
        /// Which of the model's.
        package var port: Int
        /// Whether its bytes follow the JSON.
        package var isBinary: Bool
        /// Where it isn't 0, the best so many classes are told in place of the numbers.
        package var classes: Int

        package init(port: Int, isBinary: Bool, classes: Int = 0) {
            self.port = port
            self.isBinary = isBinary
            self.classes = classes
        }
    }

    /// What the client calls it; empty where it doesn't.
    package var id: String
    package var samples: Int
    /// In the order of the model's inputs.
    package var inputs: [Source]
    /// In the order of the answer.
    package var outputs: [Output]

    /// A request for all outputs of one picture.
    package init(picture: [UInt8], signature: ModelSignature) throws(RequestError) {
        guard let pictures = signature.pictures else {
            throw RequestError(
                .unsupportedContent, "\(signature.title) takes no picture, but \(signature.inputTypes); send JSON")
        }
        id = ""
        samples = 1
        inputs = [.bytes(try pictures.prepare(picture))]
        outputs = signature.outputs.indices.map { Output(port: $0, isBinary: false) }
    }

    /// A request of inputs by name.
    package init(
        id: String, inputs given: [NamedInput], outputs: [Output], signature: ModelSignature
    ) throws(RequestError) {
        self.id = id
        self.outputs = outputs
        samples = 1
        var sources: [Source] = []
        sources.reserveCapacity(signature.inputs.count)
        var batch: (name: String, count: Int)?
        for port in signature.inputs {
            guard let input = given.first(where: { $0.name == port.name }) else {
                throw .invalid("the input '\(port.name)' is missing; \(signature.title) takes \(signature.inputTypes)")
            }
            sources.append(input.source)
            guard !port.isShared else { continue }
            if let batch, batch.count != input.samples {
                throw .invalid(
                    "'\(batch.name)' has \(batch.count) samples and '\(port.name)' has \(input.samples); give as many")
            }
            batch = batch ?? (port.name, input.samples)
        }
        guard given.count == signature.inputs.count else {
            throw .invalid("an input is there twice; give each of \(signature.inputTypes) once")
        }
        samples = batch?.count ?? 1
        inputs = sources
    }

    /// An input that was read, of a name and a shape that are right.
    package struct NamedInput: Sendable {
        var name: String
        var samples: Int
        var source: Source

        package init(name: String, samples: Int, source: Source) {
            self.name = name
            self.samples = samples
            self.source = source
        }
    }
}

extension ModelSignature {
    /// `input FP32[-1, 1, 28, 28]`, with commas between them.
    var inputTypes: String { inputs.map(typeText).joined(separator: ", ") }

    func typeText(_ port: Port) -> String {
        "\(port.name) \(port.elementType.dataType)[\(shape(of: port).map(String.init).joined(separator: ", "))]"
    }

    /// The input of a name.
    package func input(named name: String) throws(RequestError) -> Port {
        guard let port = inputs.first(where: { $0.name == name }) else {
            throw .invalid("\(title) has no input '\(name)'; it takes \(inputTypes)")
        }
        return port
    }

    /// The number of the output of a name.
    package func output(named name: String) throws(RequestError) -> Int {
        guard let port = outputs.firstIndex(where: { $0.name == name }) else {
            let known = outputs.map(typeText).joined(separator: ", ")
            throw .invalid("\(title) has no output '\(name)'; it gives \(known)")
        }
        return port
    }

    /// The samples that a shape has, where it is right for a port. Pictures have any number of dimensions.
    package func samples(of port: Port, dataType: String, shape: [Int]) throws(RequestError) -> Int {
        if dataType == "BYTES", pictures != nil {
            let (count, overflows) = shape.reduce((1, false)) { product, next in
                let (value, overflows) = product.0.multipliedReportingOverflow(by: next)
                return (value, product.1 || overflows || next < 0)
            }
            guard !overflows, !shape.isEmpty, count >= 1 else { throw wrongShape(shape, of: port) }
            try check(samples: count)
            return count
        }
        guard dataType == port.elementType.dataType else {
            throw .invalid("the input '\(port.name)' is \(typeText(port)), and not \(dataType)")
        }
        if port.isShared {
            guard shape == port.sampleShape else { throw wrongShape(shape, of: port) }
            return 1
        }
        guard let count = shape.first, count >= 1, shape.count == port.sampleShape.count + 1,
            shape.dropFirst().elementsEqual(port.sampleShape)
        else { throw wrongShape(shape, of: port) }
        try check(samples: count)
        return count
    }

    private func wrongShape(_ shape: [Int], of port: Port) -> RequestError {
        .invalid(
            "the shape \(shape) is not that of \(typeText(port))" + (port.isShared ? "" : ", where -1 is the batch"))
    }

    private func check(samples: Int) throws(RequestError) {
        guard samples <= maximumBatch else {
            throw .invalid(
                "the request has \(samples) samples, and \(title) takes \(maximumBatch) at once; "
                    + "cut it into several, or start the server with a larger --max-batch")
        }
    }

    /// How many classes an output can tell, where it is one number for each.
    package func checkClasses(_ count: Int, of output: Int) throws(RequestError) {
        let port = outputs[output]
        guard count >= 0, count == 0 || port.sampleShape.count == 1 && port.elementType == .f32 else {
            throw .invalid("classes can't be told of \(typeText(port)): that takes one FP32 for each class")
        }
    }
}
