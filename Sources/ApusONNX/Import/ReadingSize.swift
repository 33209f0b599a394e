import ONNXSchema

// What it takes to look at parts of a file, in as many bytes of memory as take so long to make: nodes in loops and functions are
// looked at again each time.

extension NodeProto {
    var readingSize: Int {
        let names = opType.utf8.count + domain.utf8.count + (input + output).reduce(0) { $0 + $1.utf8.count }
        return attribute.reduce(64 + 16 * (input.count + output.count) + 2 * names) { $0 + 64 + $1.readingSize }
    }
}

extension AttributeProto {
    fileprivate var readingSize: Int {
        16 * (ints.count + floats.count) + 8 * s.count + strings.reduce(0) { $0 + 16 + $1.count } + t.readingSize
    }
}

extension TensorProto {
    fileprivate var readingSize: Int {
        4 * rawData.count + 8
            * (dims.count + floatData.count + int32Data.count + int64Data.count + doubleData.count + uint64Data.count)
    }
}

extension String {
    /// The beginning of a text that lists more than anybody reads.
    var shortened: String { utf8.count <= 2000 ? self : "\(String(unicodeScalars.prefix(1000))) ..." }
}
