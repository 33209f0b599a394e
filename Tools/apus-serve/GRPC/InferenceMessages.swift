import ApusPlan
import ApusServing
import InferenceProtocol

extension ModelInferRequest {
    /// The request, checked against what the model takes.
    func inferenceRequest(_ signature: ModelSignature) throws(RequestError) -> InferenceRequest {
        // Some clients send contents that are empty.
        if !rawInputContents.isEmpty, let input = inputs.first(where: { $0.hasContents && $0.contents != .init() }) {
            throw RequestError(
                .invalid,
                "contents field must not be specified when using raw_input_contents for '\(input.name)' for model "
                    + "'\(signature.name)'; give one of them")
        }
        guard rawInputContents.isEmpty || rawInputContents.count == inputs.count else {
            throw RequestError(
                .invalid,
                "there are \(inputs.count) inputs and \(rawInputContents.count) raw_input_contents; give one for each")
        }
        guard inputs.count <= 256, outputs.count <= 256 else {
            throw RequestError(.invalid, "there are more than 256 inputs or outputs")
        }
        var given: [InferenceRequest.NamedInput] = []
        for (number, input) in inputs.enumerated() {
            let port = try signature.input(named: input.name)
            let shape = input.shape.map { Int(clamping: $0) }
            let samples = try signature.samples(of: port, dataType: input.datatype, shape: shape)
            let bytes: [UInt8]
            if input.datatype == "BYTES" {
                bytes =
                    rawInputContents.isEmpty
                    ? try signature.pictureBytes(
                        files: input.contents.bytesContents.map { Array($0) }, count: samples, name: input.name)
                    : try signature.pictureBytes(Array(rawInputContents[number]), count: samples, name: input.name)
            } else {
                bytes =
                    rawInputContents.isEmpty
                    ? try input.contents.bytes(port.elementType, of: input.name) : Array(rawInputContents[number])
                let expected = port.elements(samples: samples) * port.elementType.size
                guard bytes.count == expected else {
                    throw RequestError(.invalid, "'\(input.name)' has \(bytes.count) bytes, and its shape \(expected)")
                }
            }
            given.append(.init(name: input.name, samples: samples, source: .bytes(bytes)))
        }
        var requested: [InferenceRequest.Output] = []
        for output in outputs {
            let port = try signature.output(named: output.name)
            let classes = Int(clamping: output.parameters["classification"]?.int64Param ?? 0)
            try signature.checkClasses(classes, of: port)
            requested.append(.init(port: port, isBinary: true, classes: classes))
        }
        if requested.isEmpty { requested = signature.outputs.indices.map { .init(port: $0, isBinary: true) } }
        return try InferenceRequest(id: id, inputs: given, outputs: requested, signature: signature)
    }
}

extension InferTensorContents {
    /// The elements as bytes. Of a type that the contents have no list for, or where they are in another list, there are none.
    fileprivate func bytes(_ type: Port.ElementType, of name: String) throws(RequestError) -> [UInt8] {
        func pack<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
            unsafe values.withUnsafeBytes { unsafe Array($0) }
        }
        func narrow<Value: FixedWidthInteger, Element: FixedWidthInteger & BitwiseCopyable>(
            _ values: [Value], _: Element.Type
        ) throws(RequestError) -> [UInt8] {
            var elements: [Element] = []
            elements.reserveCapacity(values.count)
            for value in values {
                guard let element = Element(exactly: value) else {
                    throw RequestError(.invalid, "'\(name)' has \(value), which is no \(type.dataType)")
                }
                elements.append(element)
            }
            return pack(elements)
        }
        return switch type {
        case .f32: pack(fp32Contents)
        case .f64: pack(fp64Contents)
        case .i8: try narrow(intContents, Int8.self)
        case .i16: try narrow(intContents, Int16.self)
        case .i32: pack(intContents)
        case .i64: pack(int64Contents)
        case .u8: try narrow(uintContents, UInt8.self)
        case .u16: try narrow(uintContents, UInt16.self)
        case .u32: pack(uintContents)
        case .u64: pack(uint64Contents)
        case .bool: boolContents.map { $0 ? 1 : 0 }
        // The protocol has them as raw bytes alone.
        case .f16, .bf16: []
        }
    }
}

extension RepositoryModelLoadRequest {
    /// What is to be otherwise with the model.
    var wanted: ModelOverride {
        get throws(RequestError) {
            do {
                for name in parameters.keys.sorted() { try ModelOverride.check(parameter: name) }
                guard let text = parameters["config"]?.stringParam else { return ModelOverride() }
                return try ModelOverride(configuration: text)
            } catch { throw RequestError(error.kind, "failed to load '\(modelName)': \(error.description)") }
        }
    }
}

extension ModelInferResponse {
    init(_ answer: InferenceAnswer) {
        self.init()
        modelName = answer.signature.name
        modelVersion = answer.signature.version
        id = answer.request.id
        for output in answer.request.outputs {
            let port = answer.signature.outputs[output.port]
            outputs.append(
                .with {
                    $0.name = port.name
                    $0.datatype = output.classes > 0 ? "BYTES" : port.elementType.dataType
                    $0.shape = answer.shape(of: output).map(Int64.init)
                })
            if output.classes > 0 {
                let bytes = answer.classes(of: output).flatMap { lengthPrefixed(Array($0.utf8)) }
                rawOutputContents.append(.init(bytes))
            } else {
                answer.withOutput(output.port) { bytes in
                    unsafe bytes.withUnsafeBytes { unsafe rawOutputContents.append(.init($0)) }
                }
            }
        }
    }
}
