import ApusPlan

/// Reads the body of an infer request over HTTP: JSON, or JSON and the bytes of tensors behind it.
package struct RequestReader {
    private let signature: ModelSignature
    /// Bytes of the JSON, and of the whole body.
    private let headerCount: Int
    private let bodyCount: Int
    /// Where the next binary input begins.
    private var position: Int
    private var inputs: [InferenceRequest.NamedInput] = []
    private var outputs: [InferenceRequest.Output]?
    private var id = ""
    private var isBinaryByDefault = false
    /// Binary inputs of pictures: their ranges, by the number of the input.
    private let picture: (Range<Int>) -> [UInt8]

    /// - Parameters:
    ///   - header: the JSON at the start of the body.
    ///   - bodyCount: bytes of the body, the JSON's among them.
    ///   - bytes: a copy of a range of the body.
    package static func read(
        header: [UInt8], bodyCount: Int, signature: ModelSignature, bytes: @escaping (Range<Int>) -> [UInt8]
    ) throws(RequestError) -> InferenceRequest {
        var reader = RequestReader(signature, headerCount: header.count, bodyCount: bodyCount, bytes)
        var scanner = JSONScanner(header)
        try scanner.object { (scanner, name) throws(RequestError) in try reader.readMember(name, &scanner) }
        try scanner.end()
        guard reader.position == bodyCount else {
            throw .invalid(
                "the body has \(bodyCount - reader.position) bytes behind the binary inputs; check their binary_data_size "
                    + "and the header Inference-Header-Content-Length")
        }
        let binary = reader.isBinaryByDefault
        let outputs = reader.outputs ?? signature.outputs.indices.map { .init(port: $0, isBinary: binary) }
        return try InferenceRequest(id: reader.id, inputs: reader.inputs, outputs: outputs, signature: signature)
    }

    private init(
        _ signature: ModelSignature, headerCount: Int, bodyCount: Int, _ picture: @escaping (Range<Int>) -> [UInt8]
    ) {
        self.signature = signature
        self.headerCount = headerCount
        self.bodyCount = bodyCount
        self.picture = picture
        position = headerCount
    }

    private mutating func readMember(_ name: String, _ scanner: inout JSONScanner) throws(RequestError) {
        switch name {
        case "id": id = try scanner.string()
        case "inputs":
            var inputs: [InferenceRequest.NamedInput] = []
            var reader = self
            try scanner.array { (scanner) throws(RequestError) in inputs.append(try reader.readInput(&scanner)) }
            self = reader
            self.inputs = inputs
        case "outputs":
            var outputs: [InferenceRequest.Output] = []
            let reader = self
            try scanner.array { (scanner) throws(RequestError) in
                guard outputs.count < 256 else { throw scanner.error("there are more than 256 outputs") }
                outputs.append(try reader.readOutput(&scanner))
            }
            // An empty list asks for all of them.
            self.outputs = outputs.isEmpty ? nil : outputs
        case "parameters":
            var isBinary = isBinaryByDefault
            try scanner.object { (scanner, name) throws(RequestError) in
                if name == "binary_data_output" { isBinary = try scanner.bool() } else { try scanner.skip() }
            }
            isBinaryByDefault = isBinary
        default: try scanner.skip()
        }
    }

    private mutating func readInput(_ scanner: inout JSONScanner) throws(RequestError) -> InferenceRequest.NamedInput {
        var name: String?
        var dataType: String?
        var shape: [Int]?
        var size: Int?
        var data: JSONScanner?
        try scanner.object { (scanner, member) throws(RequestError) in
            switch member {
            case "name": name = try scanner.string()
            case "datatype": dataType = try scanner.string()
            case "shape": shape = try Self.shape(&scanner)
            case "parameters":
                try scanner.object { (scanner, parameter) throws(RequestError) in
                    guard parameter == "binary_data_size" else { return try scanner.skip() }
                    size = try Self.integer(&scanner)
                }
            case "data":
                data = scanner
                try scanner.skip()
            default: try scanner.skip()
            }
        }
        guard let name, let dataType, let shape else {
            throw scanner.error("an input has a name, a datatype and a shape")
        }
        let port = try signature.input(named: name)
        let samples = try signature.samples(of: port, dataType: dataType, shape: shape)
        let isPicture = dataType == "BYTES"
        if let size {
            guard data == nil else {
                throw .invalid("'\(name)' has both data and binary_data_size; leave one of them out")
            }
            guard size >= 0, size <= bodyCount - position else {
                throw .invalid("'\(name)' has \(size) bytes, and the body \(bodyCount - position) more")
            }
            let range = position..<position + size
            position += size
            if isPicture {
                return .init(
                    name: name, samples: samples, source: .bytes(try pictures(in: picture(range), samples, name)))
            }
            guard size == port.bytes(samples: samples) else {
                throw .invalid("'\(name)' has \(size) bytes, and its shape \(port.bytes(samples: samples))")
            }
            return .init(name: name, samples: samples, source: .body(range))
        }
        guard var data else { throw .invalid("'\(name)' has no data; give data or binary_data_size") }
        if isPicture {
            return .init(name: name, samples: samples, source: .bytes(try pictures(&data, samples, name)))
        }
        var numbers = TensorNumbers(
            port.elementType, count: port.elements(samples: samples), room: headerCount / 2)
        try numbers.read(&data, of: name)
        return .init(name: name, samples: samples, source: .bytes(numbers.bytes))
    }

    private func readOutput(_ scanner: inout JSONScanner) throws(RequestError) -> InferenceRequest.Output {
        var name: String?
        var isBinary: Bool?
        var classes = 0
        try scanner.object { (scanner, member) throws(RequestError) in
            switch member {
            case "name": name = try scanner.string()
            case "parameters":
                try scanner.object { (scanner, parameter) throws(RequestError) in
                    switch parameter {
                    case "binary_data": isBinary = try scanner.bool()
                    case "classification": classes = try Self.integer(&scanner)
                    default: try scanner.skip()
                    }
                }
            default: try scanner.skip()
            }
        }
        guard let name else { throw scanner.error("an output has a name") }
        let port = try signature.output(named: name)
        try signature.checkClasses(classes, of: port)
        return .init(port: port, isBinary: isBinary ?? isBinaryByDefault, classes: classes)
    }

    private static func integer(_ scanner: inout JSONScanner) throws(RequestError) -> Int {
        let number = try scanner.number()
        guard let value = scanner.integer(number, as: Int.self) else { throw scanner.error("a whole number is needed") }
        return value
    }

    private static func shape(_ scanner: inout JSONScanner) throws(RequestError) -> [Int] {
        var shape: [Int] = []
        try scanner.array { (scanner) throws(RequestError) in
            guard shape.count <= Port.rankLimit else { throw scanner.error("a shape has at most 9 dimensions") }
            shape.append(try integer(&scanner))
        }
        return shape
    }

    /// The elements of pictures in base64.
    private func pictures(_ scanner: inout JSONScanner, _ count: Int, _ name: String) throws(RequestError) -> [UInt8] {
        guard let pictures = signature.pictures else { throw .invalid("\(signature.title) takes no pictures") }
        var bytes: [UInt8] = []
        var found = 0
        func read(_ scanner: inout JSONScanner) throws(RequestError) {
            try scanner.array { (scanner) throws(RequestError) in
                if scanner.peek() == UInt8(ascii: "[") { return try read(&scanner) }
                found += 1
                guard found <= count else { throw .invalid("the data of '\(name)' has more than \(count) elements") }
                guard let file = decodeBase64(try scanner.string().utf8) else {
                    throw .invalid("a picture of '\(name)' is not in base64")
                }
                bytes.append(contentsOf: try pictures.prepare(file))
            }
        }
        try read(&scanner)
        guard found == count else {
            throw .invalid("the data of '\(name)' has \(found) elements, and its shape \(count)")
        }
        return bytes
    }

    private func pictures(in elements: [UInt8], _ count: Int, _ name: String) throws(RequestError) -> [UInt8] {
        try signature.pictureBytes(elements, count: count, name: name)
    }
}

extension ModelSignature {
    /// The input for pictures that follow each other, each behind the number of its bytes: 32 bits, little-endian.
    package func pictureBytes(_ elements: [UInt8], count: Int, name: String) throws(RequestError) -> [UInt8] {
        var files: [[UInt8]] = []
        var position = 0
        for _ in 0..<count {
            guard elements.count - position >= 4 else {
                throw .invalid("the data of '\(name)' ends within its \(count) elements")
            }
            let size = (0..<4).reduce(0) { $0 | Int(elements[position + $1]) << (8 * $1) }
            position += 4
            guard size <= elements.count - position else {
                throw .invalid("an element of '\(name)' has \(size) bytes, more than there are")
            }
            files.append(Array(elements[position..<position + size]))
            position += size
        }
        guard position == elements.count else {
            throw .invalid("the data of '\(name)' has more than \(count) elements")
        }
        return try pictureBytes(files: files, count: count, name: name)
    }

    /// The input for files of pictures.
    package func pictureBytes(files: [[UInt8]], count: Int, name: String) throws(RequestError) -> [UInt8] {
        guard let pictures else { throw .invalid("\(title) takes no pictures") }
        guard files.count == count else {
            throw .invalid("the data of '\(name)' has \(files.count) elements, and its shape \(count)")
        }
        var bytes: [UInt8] = []
        for file in files { bytes.append(contentsOf: try pictures.prepare(file)) }
        return bytes
    }
}
