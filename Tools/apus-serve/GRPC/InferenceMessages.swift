import ApusPlan
import ApusServing
import InferenceProtocol

extension ModelInferRequest {
    /// The request, checked against what the model takes.
    func inferenceRequest(_ signature: ModelSignature) throws(RequestError) -> InferenceRequest {
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
                    rawInputContents.isEmpty ? input.contents.bytes(port.elementType) : Array(rawInputContents[number])
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
    fileprivate func bytes(_ type: Port.ElementType) -> [UInt8] {
        func pack<Value, Element: BitwiseCopyable>(_ values: [Value], _ convert: (Value) -> Element) -> [UInt8] {
            unsafe values.map(convert).withUnsafeBytes { unsafe Array($0) }
        }
        return switch type {
        case .f32: pack(fp32Contents) { $0 }
        case .f64: pack(fp64Contents) { $0 }
        case .i8: pack(intContents) { Int8(truncatingIfNeeded: $0) }
        case .i16: pack(intContents) { Int16(truncatingIfNeeded: $0) }
        case .i32: pack(intContents) { $0 }
        case .i64: pack(int64Contents) { $0 }
        case .u8: pack(uintContents) { UInt8(truncatingIfNeeded: $0) }
        case .u16: pack(uintContents) { UInt16(truncatingIfNeeded: $0) }
        case .u32: pack(uintContents) { $0 }
        case .u64: pack(uint64Contents) { $0 }
        case .bool: pack(boolContents) { $0 ? 1 as UInt8 : 0 }
        // The protocol has them as raw bytes alone.
        case .f16, .bf16: []
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
