import ApusPlan

/// The body of an answer over HTTP: JSON, and what follows it.
package struct ResponseWriter {
    package enum Part: Sendable, Equatable {
        /// The bytes of an output as they are.
        case output(Int)
        case bytes([UInt8])
    }
    /// The JSON.
    package private(set) var header: [UInt8] = []
    /// What follows it.
    package private(set) var parts: [Part] = []

    /// O(bytes of the answer).
    package init(_ answer: InferenceAnswer) {
        let request = answer.request
        header.reserveCapacity(512)
        write("{\"model_name\":")
        write(quoted: answer.signature.name)
        write(",\"model_version\":")
        write(quoted: answer.signature.version)
        if !request.id.isEmpty {
            write(",\"id\":")
            write(quoted: request.id)
        }
        write(",\"outputs\":[")
        for (index, output) in request.outputs.enumerated() {
            if index > 0 { write(",") }
            write(output, of: answer)
        }
        write("]}")
    }

    private mutating func write(_ text: StaticString) {
        text.withUTF8Buffer { unsafe header.append(contentsOf: $0) }
    }

    private mutating func write(quoted text: String) {
        header.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            header.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): header.append(contentsOf: [UInt8(ascii: "\\"), byte])
                case 0..<0x20, 0x7F:
                    header.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
                default: header.append(byte)
                }
            }
        }
        header.append(UInt8(ascii: "\""))
    }

    private mutating func write(_ number: Int) {
        if number >= 0, number < 10 {
            header.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            header.append(contentsOf: String(number).utf8)
        }
    }

    private mutating func write(_ output: InferenceRequest.Output, of answer: InferenceAnswer) {
        let port = answer.signature.outputs[output.port]
        write("{\"name\":")
        write(quoted: port.name)
        write(",\"datatype\":\"")
        header.append(contentsOf: (output.classes > 0 ? "BYTES" : port.elementType.dataType).utf8)
        write("\",\"shape\":[")
        for (index, dimension) in answer.shape(of: output).enumerated() {
            if index > 0 { write(",") }
            write(dimension)
        }
        write("]")
        if output.classes > 0 {
            writeClasses(output, of: answer)
        } else if output.isBinary {
            write(",\"parameters\":{\"binary_data_size\":")
            write(port.bytes(samples: answer.request.samples))
            write("}")
            parts.append(.output(output.port))
        } else {
            write(",\"data\":[")
            writeNumbers(port, output.port, of: answer)
            write("]")
        }
        write("}")
    }

    private mutating func writeClasses(_ output: InferenceRequest.Output, of answer: InferenceAnswer) {
        let texts = answer.classes(of: output)
        guard output.isBinary else {
            write(",\"data\":[")
            for (index, text) in texts.enumerated() {
                if index > 0 { write(",") }
                write(quoted: text)
            }
            write("]")
            return
        }
        let bytes = texts.flatMap { lengthPrefixed(Array($0.utf8)) }
        write(",\"parameters\":{\"binary_data_size\":")
        write(bytes.count)
        write("}")
        parts.append(.bytes(bytes))
    }

    private mutating func writeNumbers(_ port: Port, _ number: Int, of answer: InferenceAnswer) {
        var text = header
        header = []
        text.reserveCapacity(text.count + port.elements(samples: answer.request.samples) * 12)
        answer.withOutput(number) { bytes in
            func writeAll<Element: BitwiseCopyable>(_ type: Element.Type, _ write: (Element) -> Void) {
                let size = MemoryLayout<Element>.size
                for place in stride(from: 0, to: bytes.byteCount, by: size) {
                    if place > 0 { text.append(UInt8(ascii: ",")) }
                    write(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: type))
                }
            }
            func writeIntegers<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) {
                writeAll(type) { text.append(contentsOf: String($0).utf8) }
            }
            // What is no number has no place in JSON.
            func append(_ value: Float) { text.append(contentsOf: (value.isFinite ? value.description : "null").utf8) }
            switch port.elementType {
            case .f32: writeAll(Float.self, append)
            case .f64: writeAll(Double.self) { text.append(contentsOf: ($0.isFinite ? $0.description : "null").utf8) }
            case .f16: writeAll(Float16.self) { append(Float($0)) }
            case .bf16: writeAll(UInt16.self) { append(Float(bitPattern: UInt32($0) << 16)) }
            case .i8: writeIntegers(Int8.self)
            case .i16: writeIntegers(Int16.self)
            case .i32: writeIntegers(Int32.self)
            case .i64: writeIntegers(Int64.self)
            case .u8: writeIntegers(UInt8.self)
            case .u16: writeIntegers(UInt16.self)
            case .u32: writeIntegers(UInt32.self)
            case .u64: writeIntegers(UInt64.self)
            case .bool: writeAll(UInt8.self) { text.append(contentsOf: ($0 == 0 ? "false" : "true").utf8) }
            }
        }
        header = text
    }
}

/// A string of bytes as binary data have it: behind its number of bytes, 32 bits, little-endian.
package func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
}

extension InferenceAnswer {
    /// The best classes of each sample, `value:number:label`, as the protocol's classification extension has them. What is not a number
    /// comes last; of equals the first.
    package func classes(of output: InferenceRequest.Output) -> [String] {
        let count = signature.outputs[output.port].sampleElements
        let labels = signature.labels.count == count ? signature.labels : []
        let numbers = withOutput(output.port) { bytes in
            (0..<bytes.byteCount / 4).map {
                unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
            }
        }
        return (0..<numbers.count / max(count, 1)).flatMap { sample in
            let row = numbers[sample * count..<(sample + 1) * count]
            let order = row.indices.sorted { first, second in
                let (a, b) = (row[first], row[second])
                if a.isNaN || b.isNaN { return !a.isNaN || (b.isNaN && first < second) }
                return a == b ? first < second : a > b
            }
            return order.prefix(output.classes).map { index in
                let number = index - sample * count
                return "\(row[index]):\(number)" + (labels.isEmpty ? "" : ":\(labels[number])")
            }
        }
    }
}
